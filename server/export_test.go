package server

import (
	"context"

	"hubbub/shared"
)

// Patterns are the routes, as the mux knows them.
func (s *Server) Patterns() []string { return s.patterns }

// Answers are the fields that commands answer with.
func Answers() map[string]string { return answers() }

// Verbs are the names of all commands.
func Verbs() (names []string) {
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

// Whisper tells that somebody types, as often as it is called.
func (s *Server) Whisper(room shared.RoomID, by shared.UserID) {
	f := shared.Frame{Typing: &shared.Typing{Room: room, By: &shared.Author{ID: by, Name: string(by)}}}
	s.chat.publish(context.Background(), Signal{Op: OpTyping, Room: room, User: by, Frame: f.Encode()})
}

// CollectFiles removes what nobody can ask for any more.
func (s *Server) CollectFiles(ctx context.Context) error { return s.chat.collector.collect(ctx) }
