package server

import (
	"context"
	"time"

	"hubbub/shared"
)

// person shows somebody's profile.
func (c *chat) person(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	if err := c.maySee(ctx, a, ref.User); err != nil {
		return shared.OK{}, err
	}
	p, err := c.store.Person(ctx, ref.User)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	p.Lang = ownOnly(a, p.ID, p.Lang)
	if can(a.user.Role, listAccounts, object{}) != nil {
		p.Since, p.Seen = 0, 0
	}
	p.Gravatar = p.ID == a.user.ID && c.gravatar != nil
	return shared.OK{Person: &p}, nil
}

func ownOnly(a actor, id shared.UserID, value string) string {
	if a.user.ID != id {
		return ""
	}
	return value
}

// maySee reports whether the actor may know of somebody.
func (c *chat) maySee(ctx context.Context, a actor, id shared.UserID) error {
	o := object{self: id == a.user.ID}
	if can(a.user.Role, seePerson, o) == nil {
		return nil
	}
	near, err := c.store.Sees(ctx, a.user.ID, id)
	if err != nil {
		return c.tell(ctx, err, errNoUser)
	}
	o.near = near
	return can(a.user.Role, seePerson, o)
}

// profile changes who the actor is to others, and what follows them to other
// devices.
func (c *chat) profile(ctx context.Context, a actor, p *shared.Profile) (shared.OK, error) {
	clean, err := cleanProfile(a.user, *p)
	if err != nil {
		return shared.OK{}, err
	}
	user, err := c.store.SetProfile(context.WithoutCancel(ctx), a.user.ID, clean)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoUser)
	}
	if user != a.user {
		c.announceUser(ctx, user)
	}
	return shared.OK{You: &user}, nil
}

// cleanProfile checks what u asks to be changed.
func cleanProfile(u shared.User, p shared.Profile) (shared.Profile, error) {
	var err error
	if p.Name != "" {
		if p.Name, err = shared.CleanName(p.Name); err != nil {
			return p, err
		}
	}
	if p.Handle != "" && u.Handle == "" {
		return p, shared.Invalidf("handle", "choose a password together with the handle")
	}
	if p.Handle != "" {
		if p.Handle, err = shared.CleanHandle(p.Handle); err != nil {
			return p, err
		}
	}
	if p.About != nil {
		about, err := shared.CleanAbout(*p.About)
		if err != nil {
			return p, err
		}
		p.About = &about
	}
	if p.Zone != nil && *p.Zone != "" && !knownZone(*p.Zone) {
		return p, shared.Invalidf("zone", "there is no time zone %q; they are called like Europe/Berlin", *p.Zone)
	}
	if p.Lang != nil && *p.Lang != "" && !spoken(*p.Lang) {
		return p, shared.Invalidf("lang", "the screens speak en and zh")
	}
	if p.Name == "" && p.Handle == "" && p.About == nil && p.Zone == nil && p.Lang == nil {
		return p, shared.Invalidf("name", "say what to change: name, handle, about, zone or lang")
	}
	return p, nil
}

// knownZone reports whether name is a time zone of the IANA database.
func knownZone(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 { // "Local" is Go's word for the server's own
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
