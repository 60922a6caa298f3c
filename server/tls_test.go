package server_test

import (
	"testing"

	"hubbub/server"
)

// What holds for ws holds for wss.
func TestOverTLS(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, builder)
	}{
		{"echo keeps to RFC 6455", echoKeepsToRFC6455},
		{"echo answers a close with its code and reason", echoAnswersAClose},
		{"echo ends with the server", echoEndsWithTheServer},
		{"echo ends endless fragments", echoEndsEndlessFragments},
		{"the socket keeps to RFC 6455", theSocketKeepsToRFC6455},
		{"everything arrives", everythingArrives},
		{"a slow reader is cut and resumes without loss", aSlowReaderIsCutAndResumes},
		{"a slow reader delays nobody", aSlowReaderDelaysNobody},
		{"a reader that takes nothing is let go", aReaderThatTakesNothingIsLetGo},
		{"a client that asks without reading is waited for", aClientThatAsksIsWaitedFor},
		{"after unfollow nothing of the room leaves", afterUnfollowNothingLeaves},
		{"what waits for a slow reader is discarded when it is no longer theirs", whatWaitsIsDiscarded},
		{"signing out ends the session's sockets only", signingOutEndsItsSockets},
		{"a resume of a long absence comes from the store", aResumeComesFromTheStore},
		{"nothing is lost between hello and live", nothingIsLostBetweenHelloAndLive},
		{"who says no hello is let go", whoSaysNoHelloIsLetGo},
		{"a message over the limit ends the connection", aMessageOverTheLimitEndsIt},
		{"beats and pings", beatsAndPings},
		{"a panic ends its connection, not the server", aPanicEndsItsConnection},
		{"shutdown tells clients to come back", shutdownTellsClientsToComeBack},
		{"shutdown loses no acknowledged post", shutdownLosesNoAcknowledgedPost},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, newSecureTown) })
	}
}

func everythingArrives(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	c := tn.call("ada")
	first := c.post("first", "hi").Seq
	last := flood(tn.call("ada"), 200, 3000)
	c.hearEvents(first-1, last)
	c.hearNothing()
}
