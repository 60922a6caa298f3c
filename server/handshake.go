package server

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"hubbub/shared"
)

// requireUpgrade answers a request that is no WebSocket handshake (RFC 6455,
// section 4.2.1), and reports whether it is one. Most of these were one until a
// proxy took away the headers that concern a single connection, so the answer
// names each.
func (s *Server) requireUpgrade(w http.ResponseWriter, r *http.Request) bool {
	e := notHandshake(r)
	if e == nil {
		return true
	}
	if r.ProtoMajor == 1 { // HTTP/2 knows no Upgrade
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
	}
	w.Header().Set("Sec-WebSocket-Version", "13")
	if err := writeJSON(w, http.StatusUpgradeRequired, e); err != nil {
		s.opts.Log.Error("error not written", "err", err)
	}
	return false
}

// notHandshake says which headers keep r from being a handshake, or nil.
func notHandshake(r *http.Request) *shared.Error {
	var fields, wrong []string
	passed := true // what a proxy has to pass
	check := func(name, want string, ok bool) {
		if ok {
			return
		}
		values := r.Header.Values(name)
		is := "is missing"
		if len(values) > 0 {
			is = fmt.Sprintf("is %.60q", strings.Join(values, ", "))
		}
		fields = append(fields, name)
		wrong = append(wrong, fmt.Sprintf("the header %s %s (it has to be %s)", name, is, want))
		passed = passed && len(values) > 0 && strings.HasPrefix(name, "Sec-")
	}
	check("Upgrade", `"websocket"`, hasToken(r, "Upgrade", "websocket"))
	check("Connection", `"Upgrade"`, hasToken(r, "Connection", "upgrade"))
	check("Sec-WebSocket-Version", `"13"`, r.Header.Get("Sec-WebSocket-Version") == "13")
	check("Sec-WebSocket-Key", "16 bytes in base64", hasKey(r))
	if len(fields) == 0 {
		return nil
	}
	e := shared.Invalidf(fields[0], "this address is for WebSockets, but %s", strings.Join(wrong, ", "))
	if !passed {
		e.Message += ": a proxy in front of the server probably removed this; let it pass Upgrade and Connection"
	}
	return e
}

// hasToken reports whether one of a header's words is token, in any case.
func hasToken(r *http.Request, name, token string) bool {
	for word := range strings.SplitSeq(strings.Join(r.Header.Values(name), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(word), token) {
			return true
		}
	}
	return false
}

func hasKey(r *http.Request) bool {
	keys := r.Header.Values("Sec-WebSocket-Key")
	if len(keys) != 1 {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(keys[0]))
	return err == nil && len(key) == 16
}
