package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestDo(t *testing.T) {
	create := shared.Frame{Create: &shared.NewRoom{Name: "attic"}}
	t.Run("the reply is there after its effect", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t)
			r := s.resident()
			ok, err := r.Do(t.Context(), create) // waits for the first connection
			if err != nil || ok.Room == nil || r.room("attic").Name != "attic" {
				t.Errorf("got %+v, %v; rooms %+v", ok, err, r.State().Rooms)
			}
			if _, err := r.Do(t.Context(), shared.Frame{Profile: &shared.Profile{Name: "Ada King"}}); err != nil || r.State().You.Name != "Ada King" {
				t.Errorf("%v; you are %q", err, r.State().You.Name)
			}
		})
	})
	t.Run("the server's error is the caller's", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t)
			r := s.resident()
			if _, err := r.Do(t.Context(), shared.Frame{Revoke: &shared.InviteRef{}}); !errors.Is(err, &shared.Error{Code: shared.CodeUnknown}) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("without a connection it fails at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t)
			s.down = errCut
			r := s.resident()
			if _, err := r.Do(t.Context(), create); !errors.Is(err, ErrOffline) {
				t.Errorf("while connecting: %v", err)
			}
			for r.State().Phase != Waiting {
				time.Sleep(time.Millisecond)
			}
			if _, err := r.Do(t.Context(), create); !errors.Is(err, ErrOffline) {
				t.Errorf("while waiting: %v", err)
			}
		})
	})
	t.Run("a lost connection leaves it open whether it was done", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t)
			s.witness = func(w *wire, f shared.Frame) bool {
				if f.Create != nil {
					w.Abort()
				}
				return f.Create != nil
			}
			r := s.resident()
			if _, err := r.Do(t.Context(), create); !errors.Is(err, ErrLost) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("the caller may go away", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t)
			s.asleep = true
			r := s.resident()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := r.Do(ctx, create); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		})
	})
}
