package client

import (
	"testing"

	"hubbub/shared"
)

// BenchmarkBusyRoom is what one message costs in a room that is shown: taking
// it in, and asking for what is to be drawn.
func BenchmarkBusyRoom(b *testing.B) {
	log := logOf("lobby", maxWindow)
	page := pageOf(log[:maxWindow], &shared.HistoryQuery{Room: "lobby", Before: shared.MaxSeq, Limit: maxWindow})
	welcome := &shared.Welcome{Epoch: "e1", You: shared.User{ID: "ada"}}
	for _, id := range []shared.RoomID{"lobby", "attic", "cellar", "kitchen", "garden"} {
		welcome.Rooms = append(welcome.Rooms, shared.RoomState{Room: shared.Room{ID: id, Name: string(id)}, Last: maxWindow})
	}
	c := New(Options{Welcome: welcome, Page: &page})
	b.ReportAllocs()
	next := log[maxWindow-1]
	for b.Loop() {
		next.Seq++
		event := next
		c.update(func() { c.receive(&shared.Frame{Event: &event}) })
		_, _ = c.Timeline("lobby"), c.State()
	}
}
