package server

import (
	"bytes"
	"net/http"
	"reflect"

	"hubbub/server/apidoc"
	"hubbub/shared"
)

// apiPages is the API as it is described, to people and to programs.
func (s *Server) apiPages(mux *router) {
	api := s.describe()
	mux.Handle("GET /api", s.api(func(w http.ResponseWriter, r *http.Request) error {
		var page bytes.Buffer
		if err := api.Page(&page, s.link(r, "")); err != nil {
			return err
		}
		return writeDescription(w, "text/html; charset=utf-8", page.Bytes())
	}))
	mux.Handle("GET /api/openapi.json", s.api(func(w http.ResponseWriter, r *http.Request) error {
		document, err := api.OpenAPI(s.link(r, ""))
		if err != nil {
			return err
		}
		return writeDescription(w, "application/json", document)
	}))
	mux.Handle("GET /api/style.css", s.api(func(w http.ResponseWriter, _ *http.Request) error {
		return writeDescription(w, "text/css; charset=utf-8", apidoc.Style())
	}))
}

// writeDescription writes what is the same for everybody until the next update.
func writeDescription(w http.ResponseWriter, contentType string, body []byte) error {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(body) // the reader may have left; nobody to tell
	return nil
}

// describe is every route for programs, in words.
func (s *Server) describe() apidoc.API {
	api := apidoc.API{
		Title: "Hubbub", Version: s.opts.Version,
		Text: "Send a token as “Authorization: Bearer TOKEN”. A token is made with the command token, for some scopes " +
			"and for yourself or a bot of yours; a browser's session may do everything its user may.\n\n" +
			"A command is what also goes over the WebSocket at /ws, where events arrive too: docs/protocol.md. " +
			"Its body is JSON, and so is its answer. What fails says why, in a sentence for people and a code for programs.",
		Status: func(code string) int { return status(shared.Code(code)) },
	}
	for _, c := range commands() {
		answer := apidoc.Content{Go: reflect.TypeFor[shared.OK](), Field: answers()[c.name]}
		if answer.Field == "" {
			answer.Go = reflect.TypeFor[shared.Nothing]()
		}
		api.Routes = append(api.Routes, apidoc.Route{
			Pattern: "POST /api/v1/" + c.name, Verb: c.name, Scope: string(c.scope),
			Body: []apidoc.Content{{Go: c.body}}, Answer: answer,
		})
	}
	api.Routes = append(api.Routes, otherRoutes()...)
	return api
}

// answers is which field of OK a command answers with, "" for none.
func answers() map[string]string {
	return map[string]string{
		"post": "event", "read": "read", "history": "page",
		"create": "room", "update": "event", "directory": "rooms", "join": "room", "leave": "event",
		"add": "event", "remove": "event", "members": "users", "people": "users",
		"invite": "invite", "invites": "invites", "revoke": "",
		"profile": "you", "password": "you",
		"push": "push", "amend": "", "clear": "", "receipts": "status", "ack": "", "pushes": "pushes",
		"bot": "bot", "bots": "users", "dismiss": "",
		"device": "device", "devices": "devices", "forget": "", "notify": "push",
		"token": "token", "tokens": "tokens", "withdraw": "", "hook": "token",

		// Messages that were said.
		"edit": "event", "delete": "event", "react": "event", "versions": "versions",

		// Files.

		// Finding.
		"search": "found",

		// Direct messages, and what is unread.
		"direct": "room", "hide": "", "preview": "preview",

		// People, sessions, roles.
		"person": "person", "gravatar": "you", "sessions": "sessions", "end": "", "accounts": "accounts", "role": "person",
		"deactivate": "person", "ban": "person", "readmit": "person", "erase": "person", "recover": "recovery",

		// Presence and typing.
		"active": "", "watch": "presences", "status": "presences", "dnd": "presences", "typing": "",

		// Levels of notification.
		"involve": "", "prefer": "",
	}
}

// otherRoutes are those for programs that are no commands.
func otherRoutes() []apidoc.Route {
	var (
		push    = string(shared.ScopePush)
		nothing = apidoc.Content{Go: reflect.TypeFor[shared.Nothing]()}
		id      = apidoc.Param{In: "path", Name: "id", Text: "The push's id: its sender's own, or what POST /push answered.", Example: "build-1404"}
		file    = apidoc.Param{In: "path", Name: "id", Text: "The file's id.", Example: "f3k7q2m9x4w8c5ja"}
		plain   = func(text string) apidoc.Content { return apidoc.Content{Type: "text/plain", Text: text} }
		upgrade = func(text string) apidoc.Content { return apidoc.Content{Type: "text/plain", Text: text, Status: 101} }
	)
	return []apidoc.Route{
		{
			Pattern: "POST /push", Scope: push, Text: "Tells one person something: at once where they are connected, and later where they are not.",
			Body:   []apidoc.Content{{Go: reflect.TypeFor[shared.NewPush](), Example: `{"userId":"u7c2mq4x9ada3r5t","event":"deploy","message":"v1.4 is live","id":"build-1404"}`}},
			Answer: apidoc.Content{Go: reflect.TypeFor[shared.PushAnswer]()},
		},
		{
			Pattern: "GET /push/{id}", Scope: push, Text: "Says what became of a push.", Params: []apidoc.Param{id},
			Answer: apidoc.Content{Go: reflect.TypeFor[shared.PushStatus]()},
		},
		{
			Pattern: "PATCH /push/{id}", Scope: push, Text: "Says anew what a push says, to whoever has it too. What is left out stays as it is.",
			Params: []apidoc.Param{id}, Answer: nothing,
			Body: []apidoc.Content{{Go: reflect.TypeFor[shared.PushChange](), Without: "id", Example: `{"message":"v1.5 is live"}`}},
		},
		{Pattern: "DELETE /push/{id}", Scope: push, Text: "Takes a push back.", Params: []apidoc.Param{id}, Answer: nothing},
		{
			Pattern: "GET /events", Scope: string(shared.ScopeRead),
			Text: "Server-sent events: what the socket's command register brings, where WebSockets do not pass. Each is a frame of the protocol, like {\"pushed\":{…}}.",
			Params: []apidoc.Param{
				{In: "query", Name: "event", Text: "Only pushes with this event.", Many: true},
				{In: "header", Name: "Last-Event-ID", Text: "Where a stream broke: it goes on there. Browsers send it by themselves."},
			},
			Answer: apidoc.Content{Type: "text/event-stream", Text: "A stream that does not end."},
		},
		hookRoute(),
		{
			Pattern: "POST /pictures", Scope: string(shared.ScopeAdmin), Text: "Makes the body one's picture: a JPEG, PNG, GIF or WebP. It is drawn anew, as a small square.",
			Body:   []apidoc.Content{{Type: "image/*", Text: "The file."}},
			Answer: apidoc.Content{Go: reflect.TypeFor[shared.OK](), Field: "you"},
		},
		{
			Pattern: "DELETE /pictures", Scope: string(shared.ScopeAdmin), Text: "Takes one's picture away: initials are drawn again.",
			Answer: apidoc.Content{Go: reflect.TypeFor[shared.OK](), Field: "you"},
		},
		{
			Pattern: "GET /pictures/{user}/{version}", Scope: string(shared.ScopeRead), Text: "Somebody's picture, for who may see them.",
			Params: []apidoc.Param{
				{In: "path", Name: "user", Text: "The user's id.", Example: "u7c2mq4x9ada3r5t"},
				{In: "path", Name: "version", Text: "As the user's field picture says.", Example: "k3r5t7w2"},
			},
			Answer: apidoc.Content{Type: "image/jpeg", Text: "The picture, a JPEG or a PNG."},
		},
		{
			Pattern: "POST /files", Scope: string(shared.ScopePost),
			Text: "Takes a file for a room. The command post makes it part of a message, by its id in files; what is not posted within a day is removed. " +
				"Pictures are drawn anew: without what a camera notes in them, and with a smaller one beside.",
			Params: []apidoc.Param{
				{In: "query", Name: "room", Text: "Where it is to be posted."},
				{In: "query", Name: "name", Text: "What it is called."},
			},
			Body: []apidoc.Content{
				{Type: "application/octet-stream", Text: "The file as it is. Its type is found out."},
				{Type: "multipart/form-data", Text: "A form with one file."},
			},
			Answer: apidoc.Content{Go: reflect.TypeFor[shared.File]()},
		},
		{
			Pattern: "GET /files/{id}/{name}", Scope: string(shared.ScopeRead),
			Text: "A file of a message that one can read, or a part of it (Range). Pictures and what can be played come as what they are, all else to be saved.",
			Params: []apidoc.Param{
				file,
				{In: "path", Name: "name", Text: "Any: it is for people.", Example: "photo.jpg"},
				{In: "query", Name: "thumb", Text: "A smaller picture, where the file says that there is one."},
			},
			Answer: apidoc.Content{Type: "application/octet-stream", Text: "The file."},
		},
		{
			Pattern: "DELETE /files/{id}", Scope: string(shared.ScopePost), Text: "Removes a file of one's own that is in no message.",
			Params: []apidoc.Param{file}, Answer: nothing,
		},
		{
			Pattern: "POST /api/v1/session", Open: true, Text: "Signs a program in with a handle and a password. A token made for it is better: it can do less, and be withdrawn alone.",
			Body:   []apidoc.Content{{Go: reflect.TypeFor[credentials](), Example: `{"handle":"ada","password":"correct horse"}`}},
			Answer: apidoc.Content{Go: reflect.TypeFor[apiSession]()},
		},
		{
			Pattern: "DELETE /api/v1/session", Text: "Ends the session that asks: nothing more is sent on any socket of it.",
			Params: []apidoc.Param{{In: "query", Name: "everywhere", Text: "1: all of the user's sessions. Tokens stay."}}, Answer: nothing,
		},
		{Pattern: "GET /ws", Open: true, Text: "The WebSocket. The token comes with it, or in the first message.", Answer: upgrade("The protocol changes to WebSocket.")},
		{Pattern: "GET /echo", Open: true, Text: "A WebSocket that sends back what it gets, to try a client or a network with.", Answer: upgrade("The protocol changes to WebSocket.")},
		{Pattern: "GET /healthz", Open: true, Text: "Says that the process answers.", Answer: plain("The word ok.")},
		{Pattern: "GET /readyz", Open: true, Text: "Says whether the server can store what people send; 503 when not.", Answer: plain("The word ready.")},
		{Pattern: "GET /api/openapi.json", Open: true, Text: "This description, for programs.", Answer: apidoc.Content{Go: reflect.TypeFor[struct{}](), Text: "An OpenAPI 3.1 document."}},
	}
}

// hookRoute is the webhooks.
func hookRoute() apidoc.Route {
	return apidoc.Route{
		Pattern: "POST /hooks/{secret}", Open: true,
		Text: "Says something in a room as a webhook's bot. The command hook makes the address. It takes what Slack's and Mattermost's " +
			"incoming webhooks take; what is too long for a message is cut, and says so.",
		Params: []apidoc.Param{
			{In: "path", Name: "secret", Text: "The secret that the command hook answered.", Example: "SECRET"},
			{In: "header", Name: "Idempotency-Key", Text: "The same for every resend of one text: it is said once."},
		},
		Body: []apidoc.Content{
			{Type: "text/plain", Text: "The text, as it is.", Example: "Backup done"},
			{
				Go:      reflect.TypeFor[hookPayload](),
				Text:    "A message, or Slack's payload: blocks and attachments are said as text. Who speaks and where is the webhook's own.",
				Example: `{"text":"Build <https://ci.example.org/7|7> is done"}`,
			},
			{Type: "application/octet-stream", Text: "A file, attached as it is; ?name= says what it is called."},
			{Type: "application/x-www-form-urlencoded", Text: "The text alone, the field text, or the field payload with Slack's JSON."},
			{Type: "multipart/form-data", Text: "Files: short ones of text are said, each in a block with its name, others are attached; the fields text and payload as above."},
		},
		Answer: apidoc.Content{Type: "text/plain", Text: "The word ok."},
	}
}

// hookPayload is what of a payload is worth telling others; payload reads it.
type hookPayload struct {
	Text        string           `json:"text,omitempty"`        // with Slack's links, <https://…|name>, and &amp; &lt; &gt;
	Blocks      []map[string]any `json:"blocks,omitempty"`      // of Slack's Block Kit: section, header, context, image, rich_text
	Attachments []map[string]any `json:"attachments,omitempty"` // as of Slack or Mattermost: pretext, title, title_link, text, fields, fallback
}
