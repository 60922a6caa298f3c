package servertest

import (
	"reflect"
	"testing"

	"hubbub/shared"
)

func testWhatBotsSay(t *testing.T, w *world) {
	bot := shared.User{ID: "bot", Name: "Builder", Role: shared.RoleBot, Owner: w.owner.ID}
	w.must(w.s.AddBot(w.ctx, bot, w.tick()))
	joined, err := w.s.AddMember(w.ctx, w.owner.Author(), w.lobby, bot.ID, w.tick())
	w.must(err)
	said := w.say(bot, w.lobby, "b1")
	left, err := w.s.RemoveMember(w.ctx, bot.Author(), w.lobby, bot.ID, w.tick())
	w.must(err)
	t.Run("what a bot does is a bot's, at once", func(t *testing.T) {
		if !said.By.Bot || !left.By.Bot || !left.Left.Bot || *joined.Joined != bot || joined.By.Bot {
			t.Errorf("got %+v, %+v and %+v", joined, said, left)
		}
	})
	t.Run("and in the log", func(t *testing.T) {
		log := w.log(w.lobby)
		if got, want := log[len(log)-3:], []shared.Event{joined, said, left}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}
