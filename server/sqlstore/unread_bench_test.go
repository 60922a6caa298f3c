package sqlstore

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"hubbub/shared"
)

// BenchmarkUnread counts what a user who never reads has unread: nothing, in
// a log of their own messages, which is the longest way to find out.
func BenchmarkUnread(b *testing.B) {
	const messages = 100_000
	s := claimed(b, openNew(b, Options{}))
	var group sync.WaitGroup
	for sender := range 100 {
		group.Go(func() {
			for i := range messages / 100 {
				p := shared.Post{Room: lobby.ID, Key: fmt.Sprint(sender, "-", i), Text: "hello hello"}
				if _, _, err := s.Post(context.Background(), owner.Author(), p, start); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	for b.Loop() {
		state, err := s.RoomOf(context.Background(), lobby.ID, owner.ID)
		if err != nil || state.Unread != 0 || state.Last != messages+2 {
			b.Fatal(state, err)
		}
	}
}
