// Package i18n holds every sentence of the screen. A language is one file with
// one Text; a test sees to it that none of its fields is empty.
package i18n

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/shared"
)

// Text is everything the screen says in one language. In sentences, "%" stands
// for what is filled in.
type Text struct {
	Code string // "en": of the html element
	Name string // of the language, in itself

	// Forms
	SetupTitle, SetupLead, SetupButton                string
	JoinTitle, JoinLead, JoinRoom, JoinButton, JoinAs string
	JoinOther, KeepAccount, KeepAccountLead           string
	SignInTitle, SignInButton, SignInNoHandle         string
	ServerName, YourName, Handle, HandleHint          string
	Password, PasswordHint, CurrentPassword           string
	NoticeTitle, NoticeHome                           string

	// Sidebar and header
	Rooms, AddRoom, OpenMenu, CloseMenu, YourMenu       string
	Members, RoomMenu, ClosedRoom, ArchivedRoom, NoRoom string
	NoRoomLead                                          string
	MemberCount                                         func(n int) string
	UnreadCount                                         func(n int) string

	// Menus and dialogs
	Close, Cancel, Save, Copy, Copied, Done                string
	CreateRoom, RoomName, Topic, Closed, ClosedHint        string
	BrowseRooms, BrowseNone, Join, Leave, LeaveSure        string
	RoomSettings, Archive, Unarchive, ArchiveHint          string
	AddPeople, AddPeopleNone, Add, Remove                  string
	InvitePeople, InviteLead, InviteNew, InviteQR, Revoke  string
	InviteActive, InviteNever, InviteUses, InviteUnlimited string
	ExpiresIn, MaxUses, OneDay, OneWeek, Forever           string
	Profile, ProfileName, AccountTitle, AccountLead        string
	ChangePassword, NewPassword, Saved                     string
	Theme, ThemeSystem, ThemeLight, ThemeDark, Language    string
	Install, SignOut, SignOutEverywhere                    string
	Keys, KeySend, KeyBreak, KeyRooms, KeyUnread           string
	KeyRead, KeyHelp, KeyEdit, EnterSends                  string
	WelcomeTitle, WelcomeLead                              string
	You, Owner, Admin, Guest, Bot, BotOf                   string

	// Notifications
	Notify, NotifyLead, NotifyLooking, NotifyOn, NotifyOff    string
	NotifyBlocked, NotifyInsecure, NotifyInstall, NotifyNone  string
	NotifyNoServer, NotifyTurnOn, NotifyTurnOff, NotifyFailed string
	NotifyTest, NotifyTrial, NotifyDevices, NotifyHere        string
	NotifyArrived, NotifyNotSent, NotifyNotShown, NotifyBlank string // after % seconds; because of %
	NotifyOnItsWay                                            string

	// Connection
	Connecting, Offline, TryNow, UpdateReady, Update string
	Waiting                                          func(n int) string
	Unsent, UnsentNone, Show, RetryAll               string
	WaitsForNetwork, Edit, NotKept, SignOutUnsent    string
	SignOutAnyway, WhenConnected, OnItsWay           string
	CheckConnection                                  string

	// Conversation
	Conversation, MessageTo, Message, Send        string
	NewMessages, Beginning, BeginningLead         string
	Today, Yesterday                              string
	JumpNewest, LoadingOlder, Sending             string
	NotSent, Retry, Discard, CopyText, CopyLink   string
	TooLong, ArchivedLine                         string
	Left                                          func(n int) string
	NewCount                                      func(n int) string
	Says                                          string // "% : %" for the live region
	WasCreated, DidJoin, DidLeave, WasAdded       string // author, then subject
	WasRemoved, DidRename, DidTopic, DidTopicNone string
	DidClose, DidOpen, DidArchive, DidUnarchive   string

	// Pushes
	Pushes, PushesNone, PushesNoneLead, Dismiss string
	NotOpened, OpenAll, PushMore                string
	UnopenedCount                               func(n int) string

	// Programs
	Programs, ProgramsLead, Tokens, Bots, NoTokens       string
	MakeToken, TokenName, TokenNameHint, ForWhom, Myself string
	NewBot, BotName, Scopes, RevokeSure, LastUsed        string
	NeverUsed, UntilRevoked, Until, MadeBy, For          string
	SecretLead, SecretOnce, TryIt, OneMonth, OneYear     string
	MayPush, MayPost, MayRead, MayAdmin                  string // what a scope is, in a list
	PushHint, PostHint, ReadHint, AdminHint              string // and in a sentence
	EndBot, EndBotSure, PickScope                        string
	Webhooks, WebhooksLead, NoWebhooks, MakeWebhook      string
	WebhookName, WebhookLead, WebhookIn                  string

	// Messages that were said.
	WasDeleted, WasEdited, Versions, Reply, MoreActions string
	CallsAll, SendAnyway, CopyCode                      string
	Delete, DeleteSure, Editing, ReplyingTo, KeyLast    string

	// Files.
	AddFiles, TakePhoto, DropFiles, RemoveFile, Uploading, UploadFailed string
	FileTooLarge, TooManyFiles, FileGone, Download, DownloadFile        string
	PictureBefore, PictureAfter, Zoom                                   string

	// Finding.
	Search, SearchFor, SearchWhere, SearchWide, SearchHint string
	SearchNone, SearchNewest, SearchMore, SearchHeld       string
	FoundCount                                             func(n int) string
	Switch, SwitchFor, SwitchSearch, SwitchNone, KeySearch string

	// Direct messages, and what is unread.
	DirectMessages, NewDirect, NotesToMyself, NoteToMyself, WhomToTalkTo       string
	Chosen, CircleFull, OpenDirect, MessagePerson, MessagePeople               string
	BeginningDirect, BeginningDirectLead, BeginningNotes, HideDirect, HideHint string
	Preview, PreviewLine, FilterRooms, LastActive, MarkUnread                  string
	MarkAllRead, JumpUnread                                                    string
	MentionCount                                                               func(n int) string

	// People, sessions, roles.
	Member, EditProfile, About, TimeZone, TimeZoneHint, TimeThere  string // the time, and the zone
	PictureUpload, PictureSending, PictureRemove                   string
	Gravatar, GravatarLead, GravatarEmail                          string
	Sessions, ThisDevice, SignedInAt, SignOutSure, EndOthers       string
	Accounts, FindPeople, NeverSeen, SeenAt, HereSince             string
	RoleHere, MakeOwner, OwnerSure, Removed, Banned, Readmit       string
	RemovePerson, RemovePersonSure, Ban, BanSure, Erase, EraseSure string
	RecoverPerson, RecoverLead, RecoverTitle, RecoverButton        string

	// Presence and typing.
	HereOnline, HereAway, HereOffline                 string
	Status, StatusSet, StatusText, StatusEmoji        string
	StatusEnds, StatusStays, StatusUntil, StatusClear string
	QuickMeeting, QuickLunch                          string
	QuickTravel, QuickSick, QuickHoliday              string
	DND, DNDHint, DNDEnds, DNDStays, DNDTurnOn, DNDOn string
	ThisWeek, PickTime                                string
	TypingOne, TypingTwo, TypingMany, TellTyping      string

	// Levels of notification.
	Level, LevelDefault, LevelEverything, LevelMentions, LevelNothing string // of a room; the default one is %
	LevelPreferred, Muted                                             string
	Reveal, RevealText, RevealPlace, RevealNothing                    string
	NotifyMessage, NotifyFrom, NotifyMany                             string // of %; % of them

	// Pictures of emotion: emoji.
	Emoji, EmojiSearch, EmojiRecent, EmojiNone, EmojiFailed string
	EmojiGroups, EmojiGroup, EmojiTone, EmojiTones          string // the groups' and the tones' names with commas between
	People, Everybody                                       string
	Reactions, React, ReactWith, ReactionsFull              string
	KeyComplete                                             string
	AndMore                                                 func(n int) string

	// Errors by code, for those whose message for people is not enough.
	Errors map[shared.Code]string
	// Fields explains what is wrong with a field of a form.
	Fields map[string]string
}

// For returns the texts of a language, English when it is not known.
func For(code string) *Text {
	for _, t := range All() {
		if t.Code == code {
			return t
		}
	}
	return English()
}

// All returns every language.
func All() []*Text { return []*Text{English(), Chinese()} }

// Fill puts values into the "%" of a sentence, in order.
func Fill(sentence string, values ...string) string {
	before, after, ok := strings.Cut(sentence, "%")
	if !ok || len(values) == 0 {
		return sentence
	}
	return before + values[0] + Fill(after, values[1:]...)
}

// Error says err in this language.
func (t *Text) Error(err *shared.Error) string {
	if err == nil {
		return ""
	}
	if err.Code == shared.CodeInvalid {
		if s, ok := t.Fields[err.Field]; ok {
			return s
		}
	}
	if s, ok := t.Errors[err.Code]; ok {
		return s
	}
	return sentence(err.Message)
}

// sentence makes a message of the server's one: they begin in lower case, as
// Go's errors do.
func sentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	message = string(unicode.ToUpper(first)) + message[size:]
	if !strings.HasSuffix(message, ".") {
		message += "."
	}
	return message
}

// Role names a role, "" for members.
func (t *Text) Role(r shared.Role) string {
	switch r {
	case shared.RoleOwner:
		return t.Owner
	case shared.RoleAdmin:
		return t.Admin
	case shared.RoleGuest:
		return t.Guest
	case shared.RoleBot:
		return t.Bot
	}
	return ""
}
