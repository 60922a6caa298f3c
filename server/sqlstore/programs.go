package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// AddBot implements server.ProgramStore.
func (s *Store) AddBot(ctx context.Context, bot shared.User, at time.Time) error {
	err := s.writer.do(ctx, func(t *tx) error {
		return t.addUser(server.Account{User: bot}, at)
	})
	if err != nil {
		return fmt.Errorf("add bot %q: %w", bot.ID, err)
	}
	return nil
}

// Bots implements server.ProgramStore: by name.
func (s *Store) Bots(ctx context.Context, owner shared.UserID) ([]shared.User, error) {
	rows, err := s.reader.query(ctx, selectUsers+`
		WHERE role = 'bot' AND (owner = $1 OR $1 = '') ORDER BY lower(name), id`, owner)
	return collect(rows, err, scanUser)
}

const selectTokens = `
	SELECT s.id, s.name, s.member, u.name, u.role, s.author, a.name, s.scopes, coalesce(s.room, ''), s.created, s.seen, s.expires
	FROM sessions s JOIN users u ON u.id = s.member JOIN users a ON a.id = s.author`

func scanToken(row scanner) (shared.Token, error) {
	var (
		k      shared.Token
		scopes string
		role   shared.Role
	)
	err := row.Scan(&k.ID, &k.Name, &k.User.ID, &k.User.Name, &role, &k.By.ID, &k.By.Name, &scopes, &k.Room, &k.Created, &k.Seen, &k.Expires)
	k.Scopes, k.User.Bot = splitScopes(scopes), role == shared.RoleBot
	if k.Seen <= k.Created {
		k.Seen = 0
	}
	if int64(k.Expires) >= server.Never.UnixMilli() {
		k.Expires = 0
	}
	return k, noRows(err)
}

// Tokens implements server.ProgramStore.
func (s *Store) Tokens(ctx context.Context, author shared.UserID, now time.Time) ([]shared.Token, error) {
	rows, err := s.reader.query(ctx, selectTokens+`
		WHERE (s.author = $1 OR $1 = '') AND s.expires > $2 ORDER BY s.created DESC, s.id`, author, now.UnixMilli())
	return collect(rows, err, scanToken)
}

// Token implements server.ProgramStore.
func (s *Store) Token(ctx context.Context, id string, now time.Time) (shared.Token, error) {
	k, err := scanToken(s.reader.row(ctx, selectTokens+` WHERE s.id = $1 AND s.expires > $2`, id, now.UnixMilli()))
	if err != nil {
		return shared.Token{}, fmt.Errorf("token %q: %w", id, err)
	}
	return k, nil
}

func joinScopes(scopes []shared.Scope) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, " ")
}

func splitScopes(text string) []shared.Scope {
	var scopes []shared.Scope
	for name := range strings.FieldsSeq(text) {
		scopes = append(scopes, shared.Scope(name))
	}
	return scopes
}
