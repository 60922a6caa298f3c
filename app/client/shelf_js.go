package client

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"syscall/js"

	"hubbub/shared"
)

// browserShelf is a Shelf in the browser's database, through
// web/script/storage.js.
type browserShelf struct {
	store js.Value
	user  shared.UserID
}

// BrowserShelf returns a user's Shelf in this browser.
func BrowserShelf(user shared.UserID) Shelf {
	return &browserShelf{store: js.Global().Get("hubbubShelf"), user: user}
}

// LastSnapshot returns what was saved in this browser last, by whomever, or
// nil.
func LastSnapshot(ctx context.Context) (*Snapshot, error) {
	s := browserShelf{store: js.Global().Get("hubbubShelf")}
	v, err := s.call(ctx, "last")
	if err != nil || !v.Truthy() {
		return nil, err
	}
	var snapshot Snapshot
	err = json.Unmarshal([]byte(v.Get("json").String()), &snapshot)
	return &snapshot, err
}

// ForgetBrowser forgets what this browser keeps for a user who signs out.
func ForgetBrowser(ctx context.Context, user shared.UserID) error {
	_, err := (&browserShelf{store: js.Global().Get("hubbubShelf")}).call(ctx, "forget", string(user))
	return err
}

// call calls a function of the store. A browser that refuses storage may throw
// instead of returning a promise.
func (s *browserShelf) call(ctx context.Context, name string, args ...any) (v js.Value, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			e, ok := thrown.(error)
			if !ok {
				panic(thrown)
			}
			err = errors.Join(errors.New("client: the browser keeps nothing"), e)
		}
	}()
	return await(ctx, s.store.Call(name, args...))
}

// Jot implements Shelf.
func (s *browserShelf) Jot(k Kept) {
	if raw, err := json.Marshal(k); err == nil {
		s.store.Call("jot", string(s.user), k.Key, string(raw))
	}
}

func (s *browserShelf) Posts(ctx context.Context) (posts []Kept, err error) {
	list, err := s.call(ctx, "posts", string(s.user))
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]Kept)
	for i := range list.Length() {
		var k Kept
		if json.Unmarshal([]byte(list.Index(i).String()), &k) == nil { // else of a build that is not ours
			byKey[k.Key] = k
		}
	}
	return slices.Collect(maps.Values(byKey)), nil
}

func (s *browserShelf) Put(ctx context.Context, k Kept) error {
	raw, err := json.Marshal(k)
	if err == nil {
		_, err = s.call(ctx, "put", string(s.user), k.Key, string(raw))
	}
	return err
}

func (s *browserShelf) Drop(ctx context.Context, key string) error {
	_, err := s.call(ctx, "drop", string(s.user), key)
	return err
}

func (s *browserShelf) Save(ctx context.Context, snapshot Snapshot) error {
	state, err := json.Marshal(snapshot)
	if err != nil {
		return err
	}
	pages := make([]any, 0, len(snapshot.Pages))
	for _, p := range snapshot.Pages {
		raw, err := json.Marshal(p)
		if err != nil {
			return err
		}
		pages = append(pages, []any{string(p.Room), string(raw)})
	}
	_, err = s.call(ctx, "save", string(s.user), string(state), pages)
	return err
}

func (s *browserShelf) Page(ctx context.Context, room shared.RoomID) (*KeptPage, error) {
	v, err := s.call(ctx, "page", string(s.user), string(room))
	if err != nil || !v.Truthy() {
		return nil, err
	}
	var p KeptPage
	err = json.Unmarshal([]byte(v.Get("json").String()), &p)
	return &p, err
}
