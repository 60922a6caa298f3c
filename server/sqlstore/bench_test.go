package sqlstore

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// BenchmarkPost compares committing what waits together with a commit for
// each message: the same disk, the same run, 100 senders that each wait for
// the acknowledgement before they send again.
func BenchmarkPost(b *testing.B) {
	rates := make(map[string]float64)
	for _, c := range []struct {
		name string
		opts Options
	}{
		{"one-commit-each", Options{Group: 1}},
		{"group", Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			dir := b.TempDir()
			needDisk(b, dir)
			s := claimed(b, openAt(b, filepath.Join(dir, "hubbub.db"), c.opts))
			rates[c.name] = benchmarkPost(b, s, 100)
			if one := rates["one-commit-each"]; one > 0 && c.name == "group" {
				b.ReportMetric(rates["group"]/one, "×one-commit-each")
			}
		})
	}
}

func benchmarkPost(b *testing.B, s *Store, senders int) (rate float64) {
	var (
		text  = strings.Repeat("a message of a usual length ", 5)
		next  atomic.Int64
		took  = make([][]time.Duration, senders)
		group sync.WaitGroup
	)
	commits := s.writer.commits.Load()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range senders {
		group.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				begun := time.Now()
				p := shared.Post{Room: lobby.ID, Key: strconv.FormatInt(n, 36), Text: text}
				if _, _, err := s.Post(context.Background(), owner.Author(), server.Said{Post: p}, begun); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(begun))
			}
		})
	}
	group.Wait()
	b.StopTimer()

	all := slices.Concat(took...)
	slices.Sort(all)
	rate = float64(len(all)) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "acks/s")
	b.ReportMetric(milliseconds(all[len(all)/2]), "p50-ms")
	b.ReportMetric(milliseconds(all[len(all)*99/100]), "p99-ms")
	b.ReportMetric(float64(len(all))/float64(s.writer.commits.Load()-commits), "acks/commit")
	return rate
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// BenchmarkHistory reads pages while nobody writes.
func BenchmarkHistory(b *testing.B) {
	s := claimed(b, openNew(b, Options{}))
	for i := range 2000 {
		say(b, s, fmt.Sprint(i))
	}
	for _, limit := range []int{shared.DefaultPage, shared.MaxPage} {
		b.Run(fmt.Sprintf("newest-%d", limit), func(b *testing.B) {
			for b.Loop() {
				q := shared.HistoryQuery{Room: lobby.ID, Before: shared.MaxSeq, Limit: limit}
				if _, err := s.History(context.Background(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

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
				if _, _, err := s.Post(context.Background(), owner.Author(), server.Said{Post: p}, start); err != nil {
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
