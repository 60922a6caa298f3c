package server

import (
	"cmp"
	"context"

	"hubbub/shared"
	"hubbub/shared/tokens"
)

// search finds messages in the rooms that the actor is in.
func (c *chat) search(ctx context.Context, a actor, s *shared.Search) (shared.OK, error) {
	if err := s.Validate(); err != nil {
		return shared.OK{}, err
	}
	q, err := c.understand(ctx, a, s)
	if err != nil {
		return shared.OK{}, err
	}
	limit := cmp.Or(s.Limit, shared.DefaultFound)
	q.Before, q.Limit = s.Before, limit+1
	hits, err := c.store.Find(ctx, a.user.ID, q)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoRoom)
	}
	found := &shared.Found{Hits: []shared.Hit{}}
	if len(hits) > limit {
		hits = hits[:limit]
		found.More = hits[limit-1].Place
	}
	for i := range hits {
		found.Hits = append(found.Hits, excerpt(&hits[i].Event, q.All))
	}
	return shared.OK{Found: found}, nil
}

// excerpt shows of a message where it says what was looked for.
func excerpt(ev *shared.Event, clauses []tokens.Clause) shared.Hit {
	return shared.Hit{
		Room: ev.Room, Seq: ev.Seq, At: ev.At, By: ev.By,
		Excerpt: tokens.Excerpt(shown(ev.Message, clauses), clauses),
	}
}

// shown is a message's text as people read it. Where only something else says
// what was looked for, it is that: the text as it was typed, which has the
// addresses of links, or the names of its files.
func shown(m *shared.Message, clauses []tokens.Clause) string {
	files := shared.Message{Files: m.Files}
	if names := files.Words(); names != "" && (m.Text == "" || !tokens.Found(m.Text, clauses) && tokens.Found(names, clauses)) {
		return names
	}
	plain := shared.Plain(m.Text, m.HTML)
	if !tokens.Found(plain, clauses) && tokens.Found(m.Text, clauses) {
		return m.Text
	}
	return plain
}

// understand makes of what was typed what the store is asked for.
func (c *chat) understand(ctx context.Context, a actor, s *shared.Search) (Query, error) {
	parts := parseQuery(s.Query)
	if len(parts) == 0 {
		return Query{}, shared.Invalidf("query.empty", "type what to look for")
	}
	var q Query
	if s.Room != "" {
		if _, err := c.enter(ctx, a, readRoom, s.Room); err != nil {
			return Query{}, err
		}
		q.Rooms = []shared.RoomID{s.Room}
	}
	last := lastText(parts)
	for i, p := range parts {
		err := q.add(p, i == last, s.Zone)
		switch {
		case err != nil:
		case p.key == "from":
			err = c.from(ctx, a, &q, p.text)
		case p.key == "in":
			err = c.in(ctx, a, &q, p.text)
		}
		if err != nil {
			return Query{}, err
		}
	}
	if len(q.All)+len(q.None)+len(q.Marks) == 0 && q.By == nil && q.Rooms == nil && q.From == 0 && q.Until == 0 {
		return Query{}, shared.Invalidf("query.empty", "there is no word in this to look for")
	}
	return q, nil
}

// from narrows q to what people of a name said; "me" is oneself.
func (c *chat) from(ctx context.Context, a actor, q *Query, name string) error {
	if q.By == nil {
		q.By = []shared.UserID{}
	}
	if name == "me" {
		q.By = append(q.By, a.user.ID)
		return nil
	}
	users, err := c.store.Users(ctx)
	if err != nil {
		return c.tell(ctx, err, errNoUser)
	}
	named := usersNamed(users, name)
	if len(named) == 0 && can(a.user.Role, listPeople, object{}) == nil {
		return shared.Invalidf("query.from", "nobody here is called %q", name)
	}
	q.By = append(q.By, named...) // whom one may not list, one finds nothing of
	return nil
}

// in narrows q to the actor's rooms of a name.
func (c *chat) in(ctx context.Context, a actor, q *Query, name string) error {
	rooms, err := c.store.RoomsOf(ctx, a.user.ID)
	if err != nil {
		return c.tell(ctx, err, errNoUser)
	}
	named := roomsNamed(rooms, name)
	if len(named) == 0 {
		return shared.Invalidf("query.in", "you are in no room called %q", name)
	}
	q.Rooms = named
	return nil
}
