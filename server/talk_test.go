package server_test

import (
	"slices"

	"hubbub/shared"
)

// Rooms and people of a village whom those who ask do not know.

// closedRoom is one with nobody in it but its owner, who is nobody who asks.
func (v *village) closedRoom() shared.RoomID {
	id := shared.RoomID(v.fresh())
	_, err := v.store.CreateRoom(v.t.Context(), shared.Author{ID: v.stranger()}, shared.Room{ID: id, Name: string(id), Closed: true}, v.clock.Now())
	v.check(err)
	return id
}

// stranger is somebody new who is in no room.
func (v *village) stranger() shared.UserID {
	id := shared.UserID(v.fresh())
	v.settle(id, shared.RoleGuest)
	_, err := v.store.RemoveMember(v.t.Context(), v.owner.Author(), v.room, id, v.clock.Now())
	v.check(err)
	return id
}

// talk is a conversation of some people with two strangers.
func (v *village) talk(with ...shared.UserID) shared.RoomID {
	one, two := v.stranger(), v.stranger()
	circle := slices.Sorted(slices.Values(append(slices.DeleteFunc(with, func(id shared.UserID) bool { return id == "" }), one, two)))
	room, _, err := v.store.Direct(v.t.Context(), shared.Author{ID: one}, circle, shared.RoomID(v.fresh()), v.clock.Now())
	v.check(err)
	return room
}
