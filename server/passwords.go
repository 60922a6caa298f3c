package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"hubbub/shared"
)

// hashers is how many passwords are hashed at once: each takes 19 MiB and a
// core for 25 ms, so that many at once would be an attack that works.
const hashers = 2

// decoy is checked when a handle is nobody's, so that the answer takes as long
// as for a wrong password. Nobody has its password.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$aHViYnViLWRlY295IQ$BQz6hR3cYk0m3b2f9yJwqkq3m2F3o0w7rQv0n2b3X5s"

// passwords hashes and checks, a bounded number at a time.
type passwords struct {
	params *argon2id.Params
	slots  chan struct{}
}

func newPasswords() *passwords {
	return &passwords{
		params: &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		slots:  make(chan struct{}, hashers),
	}
}

// acquire takes a slot, or says that the client should come back.
func (p *passwords) acquire() (release func(), err error) {
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	default:
		return nil, tooFast(time.Second)
	}
}

func (p *passwords) hash(password string) (string, error) {
	release, err := p.acquire()
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, p.params)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	return hash, nil
}

// matches reports whether password is the one behind hash. An empty hash, of
// nobody or of a guest, matches nothing and takes as long.
func (p *passwords) matches(password, hash string) (bool, error) {
	release, err := p.acquire()
	if err != nil {
		return false, err
	}
	defer release()
	against := hash
	if against == "" {
		against = decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("checking a password: %w", err)
	}
	return ok && hash != "", nil
}

// checkPassword returns the account that handle and password prove, or a
// CodeUnauthorized error that does not say which of the two was wrong.
func (c *chat) checkPassword(ctx context.Context, handle, password string) (Account, error) {
	handle, err := shared.CleanHandle(handle)
	if err != nil || len(password) > shared.MaxPassword {
		return Account{}, errWrongPassword() // no account can have these
	}
	if err := c.limits.handle.allow(handle); err != nil {
		return Account{}, err
	}
	account, err := c.store.Account(ctx, handle)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Account{}, c.tell(ctx, err, errWrongPassword)
	}
	ok, err := c.passwords.matches(password, account.Hash)
	if err != nil {
		return Account{}, err
	}
	if !ok {
		return Account{}, errWrongPassword()
	}
	if account.Standing != "" { // who proved who they are may know
		return Account{}, errExcluded(account.Standing)
	}
	return account, nil
}

func errWrongPassword() *shared.Error {
	return shared.Errorf(shared.CodeUnauthorized, "the handle or the password is wrong")
}
