package client

import (
	"testing"

	"hubbub/shared"
)

func reacted(seq, of shared.Seq) shared.Event {
	return shared.Event{Room: "lobby", Seq: seq, By: shared.Author{ID: "eve"}, Reacted: &shared.Reacted{Of: of, Emoji: "👍", On: true}}
}

// told is a room's log from first to last, of messages.
func told(first, last shared.Seq) (log []shared.Event) {
	for seq := first; seq <= last; seq++ {
		log = append(log, shared.Event{Room: "lobby", Seq: seq, Message: &shared.Message{Text: "hi"}})
	}
	return log
}

func TestAChangeFindsItsMessageWhereverTheWindowIs(t *testing.T) {
	liked := func(w *window, seq shared.Seq) bool {
		return len(w.events[int(seq-w.events[0].Seq)].Message.Reactions) > 0
	}
	t.Run("at the log's end, with the event that says so", func(t *testing.T) {
		w := newWindow("lobby")
		w.replace(shared.Page{Events: told(1, 10)})
		if v := w.offer(reacted(11, 5)); v != applied || !liked(w, 5) || w.end != 11 {
			t.Errorf("verdict %d, end %d", v, w.end)
		}
	})
	t.Run("elsewhere in the log", func(t *testing.T) {
		w := newWindow("lobby")
		w.replace(shared.Page{Events: told(1, 10), Newer: true})
		if v := w.offer(reacted(90, 5)); v != applied || !liked(w, 5) || w.end != 10 {
			t.Errorf("verdict %d, end %d", v, w.end)
		}
		if v := w.offer(reacted(91, 50)); v != ignored {
			t.Errorf("a change of what is not held: verdict %d", v)
		}
	})
	t.Run("while its page is on its way, which was read before", func(t *testing.T) {
		for _, kind := range []loadKind{loadAround, loadNewest, loadOlder} {
			w := newWindow("lobby")
			w.replace(shared.Page{Events: told(50, 60), Older: true, Newer: true})
			w.load = &load{kind: kind}
			w.offer(reacted(90, 5))
			w.load = nil
			page := shared.Page{Events: told(1, 49), Newer: true}
			if kind == loadOlder {
				w.prepend(page)
			} else {
				w.replace(page)
			}
			w.catchUp()
			if !liked(w, 5) {
				t.Errorf("load %d: the change is lost", kind)
			}
		}
	})
	t.Run("what was handed out stays as it was", func(t *testing.T) {
		w := newWindow("lobby")
		w.replace(shared.Page{Events: told(1, 10)})
		shown := w.timeline()
		w.offer(reacted(11, 5))
		if len(shown.Events[4].Message.Reactions) > 0 || len(shown.Events) != 10 || !liked(w, 5) {
			t.Error("a timeline changed under its reader")
		}
	})
}
