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

func TestTheFirstUseOfATokenIsNotedAtOnce(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	token := ada.must("token", shared.TokenRequest{Name: "CI", Scopes: []shared.Scope{shared.ScopeRead}}).Token
	if all := ada.must("tokens", shared.Nothing{}).Tokens; len(all) != 1 || all[0].Seen != 0 {
		t.Errorf("before any use: %+v", all)
	}
	s.clock.advance(time.Minute)
	program := s.visitor()
	program.header.Set("Authorization", "Bearer "+token.Secret)
	program.must("directory", shared.Nothing{})
	if all := ada.must("tokens", shared.Nothing{}).Tokens; len(all) != 1 || all[0].Seen != token.Created+60_000 {
		t.Errorf("after the first: %+v", all)
	}
}
