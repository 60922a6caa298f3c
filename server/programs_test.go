package server_test

import (
	"testing"
	"time"

	"hubbub/shared"
)

func TestATokenLivesAsLongAsWasSaidHoweverOftenItIsUsed(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	program := s.visitor()
	token := ada.must("token", shared.TokenRequest{Name: "CI", Scopes: []shared.Scope{shared.ScopeRead}, TTL: 36 * 3600}).Token
	program.header.Set("Authorization", "Bearer "+token.Secret)
	for range 7 {
		program.must("directory", shared.Nothing{})
		s.clock.advance(5 * time.Hour)
	}
	program.must("directory", shared.Nothing{})
	s.clock.advance(time.Hour)
	program.refused(shared.CodeUnauthorized, "directory", shared.Nothing{})
}
