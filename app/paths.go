package app

import (
	"strconv"
	"strings"

	"hubbub/shared"
)

// path is where p, like "/signin", is on this host: a server may be under a
// path like "/chat".
func (m *model) path(p string) string { return m.view.Base + p }

func (m *model) roomPath(room shared.RoomID) string { return m.path(roomPath(room)) }

func (m *model) eventPath(room shared.RoomID, seq shared.Seq) string {
	return m.roomPath(room) + "/" + strconv.FormatInt(int64(seq), 10)
}

func roomPath(room shared.RoomID) string { return "/r/" + string(room) }

// parsePath reads /r/{room} and /r/{room}/{seq} under base.
func parsePath(base, path string) (room shared.RoomID, at shared.Seq) {
	path, ours := strings.CutPrefix(path, base+"/")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if !ours || len(parts) < 2 || parts[0] != "r" {
		return "", 0
	}
	if len(parts) > 2 {
		n, err := strconv.ParseInt(parts[2], 10, 64)
		if err == nil && n > 0 {
			at = shared.Seq(n)
		}
	}
	return shared.RoomID(parts[1]), at
}
