package server_test

import (
	"net/http"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func TestALinkToARoomOneIsNotInShowsAPreviewOfIt(t *testing.T) {
	v := newVillage(t)
	room := v.newRoom()
	path := "/r/" + string(room)
	_, _, err := v.store.Post(t.Context(), v.owner.Author(), server.Said{Post: shared.Post{Room: room, Key: "k", Text: "seen from outside"}}, v.clock.Now())
	v.check(err)
	view := v.as("member").get(path).want(t, http.StatusOK).view(t)
	switch {
	case view.Screen != shared.ScreenChat || view.Room != "" || view.Page != nil || view.Preview == nil:
		t.Fatalf("the view is %+v", view)
	case view.Preview.Room.ID != room || view.Preview.Page.Events[2].Message.Text != "seen from outside":
		t.Errorf("the preview is %+v", view.Preview)
	}
	for _, r := range view.Welcome.Rooms {
		if r.ID == room {
			t.Error("it is among the reader's rooms")
		}
	}
	v.as("guest").get(path).want(t, http.StatusNotFound)
	closed := true
	_, err = v.store.UpdateRoom(t.Context(), v.owner.Author(), shared.RoomUpdate{Room: room, RoomChange: shared.RoomChange{Closed: &closed}}, v.clock.Now())
	v.check(err)
	v.as("member").get(path).want(t, http.StatusNotFound)
}

func TestALinkIntoAHiddenConversationOpensIt(t *testing.T) {
	v := newVillage(t)
	member := v.as("member")
	talk := member.must("direct", shared.Circle{Users: []shared.UserID{v.owner.ID}}).Room.ID
	member.must("hide", shared.Position{Room: talk, Seq: 1})
	view := member.get("/r/"+string(talk)).want(t, http.StatusOK).view(t)
	if view.Room != talk || view.Preview != nil {
		t.Errorf("the view is %+v", view)
	}
	v.as("admin").get("/r/"+string(talk)).want(t, http.StatusNotFound)
}
