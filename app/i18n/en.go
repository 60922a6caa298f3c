package i18n

import (
	"strconv"

	"hubbub/shared"
)

// English is the first language.
func English() *Text {
	return &Text{
		Code: "en", Name: "English",

		SetupTitle: "Welcome", SetupLead: "This server is new. Whoever fills this in owns it.", SetupButton: "Start",
		JoinTitle: "You are invited to %", JoinLead: "A name is all it takes.", JoinRoom: "You will arrive in #%.", JoinButton: "Join",
		JoinAs: "Join as %", JoinOther: "Somebody else?",
		KeepAccount:     "Keep this account",
		KeepAccountLead: "With a handle and a password you can sign in on other devices. You can also do this later.",
		SignInTitle:     "Sign in to %", SignInButton: "Sign in",
		SignInNoHandle: "No account? Ask somebody there for an invite link.",
		ServerName:     "Name of this server", YourName: "Your name",
		Handle: "Handle", HandleHint: "2 to 32 letters a–z, digits, . _ - : what others type after @",
		Password: "Password", PasswordHint: "At least 8 characters", CurrentPassword: "Current password",
		NoticeTitle: "Nothing here", NoticeHome: "Go to the rooms",

		Rooms: "Rooms", AddRoom: "Create or find a room", OpenMenu: "Show rooms", CloseMenu: "Hide rooms",
		YourMenu: "Your profile and settings", Members: "Members", RoomMenu: "Settings of this room",
		ClosedRoom: "closed room", ArchivedRoom: "archived",
		NoRoom: "You are in no room yet", NoRoomLead: "Find one to join, or create your own.",
		MemberCount: func(n int) string { return count(n, "member", "members") },
		UnreadCount: func(n int) string { return count(n, "unread message", "unread messages") },

		Close: "Close", Cancel: "Cancel", Save: "Save", Copy: "Copy", Copied: "Copied", Done: "Done",
		CreateRoom: "Create a room", RoomName: "Name of the room", Topic: "Topic", Closed: "Closed",
		ClosedHint:  "Only people who are added can find and read it.",
		BrowseRooms: "Rooms you can join", BrowseNone: "There is no other open room. Create one.", Join: "Join", Leave: "Leave this room",
		LeaveSure:    "Leave #%? You will no longer read what is said there.",
		RoomSettings: "Room", Archive: "Archive", Unarchive: "Bring back from the archive",
		ArchiveHint: "An archived room can be read, not written.",
		AddPeople:   "Add people", AddPeopleNone: "Everybody is here already. Invite somebody new.", Add: "Add", Remove: "Remove",
		InvitePeople: "Invite people", InviteLead: "Whoever opens this link gives a name and is in.",
		InviteNew: "Make a link", InviteQR: "QR code of the invite link", Revoke: "Revoke",
		InviteActive: "Links that work", InviteNever: "never expires", InviteUses: "used %", InviteUnlimited: "No limit",
		ExpiresIn: "Works for", MaxUses: "How often", OneDay: "1 day", OneWeek: "1 week", Forever: "Always",
		Profile: "Profile", ProfileName: "Name that others see",
		AccountTitle: "Keep this account", AccountLead: "Choose a handle and a password, and you can sign in anywhere.",
		ChangePassword: "Change the password", NewPassword: "New password", Saved: "Saved",
		Theme: "Theme", ThemeSystem: "As the system", ThemeLight: "Light", ThemeDark: "Dark", Language: "Language",
		Install: "Install as an app", SignOut: "Sign out", SignOutEverywhere: "Sign out everywhere",
		Keys: "Keys", KeySend: "send", KeyBreak: "new line", KeyRooms: "previous, next room",
		KeyUnread: "previous, next unread room", KeyRead: "mark the room read", KeyHelp: "this help", KeyEdit: "send, always",
		EnterSends:   "Enter sends the message",
		WelcomeTitle: "It is yours. Who comes along?", WelcomeLead: "Send this link, or let a phone scan the code.",
		You: "you", Owner: "owner", Admin: "admin", Guest: "guest", Bot: "bot", BotOf: "bot of %",

		Notify: "Notifications", NotifyLead: "Messages, and what programs tell you, can appear here while no page is open.",
		NotifyLooking: "Looking…", NotifyOn: "On in this browser.", NotifyOff: "Off in this browser.",
		NotifyBlocked:  "Blocked by this browser. Allow notifications for this page in its settings, next to the address.",
		NotifyInsecure: "Not possible at this address: browsers want one that begins with https://.",
		NotifyInstall:  "Not possible yet: add this page to the home screen first (Share, then Add to Home Screen), and open it there.",
		NotifyNone:     "This browser cannot be notified.",
		NotifyNoServer: "This server sends no notifications to devices.",
		NotifyTurnOn:   "Turn on notifications", NotifyTurnOff: "Turn off", NotifyFailed: "The browser refused: %",
		NotifyTest: "Send a test", NotifyTrial: "Notifications arrive here.",
		NotifyDevices: "Your devices", NotifyHere: "this browser",
		NotifyArrived: "Arrived after % s.", NotifyNotSent: "Not reached: %", NotifyOnItsWay: "On its way…",
		NotifyNotShown: "The browser's push service has it, the device has not shown it: perhaps it sleeps, or its system holds notifications back.",
		NotifyBlank:    "There is something new for you",

		Connecting: "Connecting…", Offline: "No connection. Trying again…", TryNow: "Try now",
		UpdateReady: "A new version is ready.", Update: "Update",
		Waiting: func(n int) string {
			if n == 1 {
				return "1 message waits and will be sent when the connection is back."
			}
			return strconv.Itoa(n) + " messages wait and will be sent when the connection is back."
		},
		Unsent: "Not sent yet", UnsentNone: "Everything is sent.", Show: "Show", RetryAll: "Retry all",
		WaitsForNetwork: "waits for the connection", Edit: "Edit",
		NotKept:       "This browser keeps nothing: what is not sent is lost when you close the page.",
		SignOutUnsent: "Not sent yet: %. Signing out deletes that.", SignOutAnyway: "Sign out anyway",
		OnItsWay:      "This message may have reached the server already. It can be changed once it is there.",
		WhenConnected: "This needs a connection. Try again when it is back.", CheckConnection: "Check the connection",

		Conversation: "Conversation", MessageTo: "Message #%", Message: "Message", Send: "Send",
		NewMessages: "New messages", Beginning: "This is the beginning of #%",
		BeginningLead: "Say hello, or invite somebody to talk to.",
		Today:         "Today", Yesterday: "Yesterday",
		JumpNewest: "Jump to newest", LoadingOlder: "Loading…", Sending: "sending",
		NotSent: "Not sent: %", Retry: "Retry", Discard: "Delete", CopyText: "Copy text", CopyLink: "Copy link",
		TooLong: "Too long by %", ArchivedLine: "This room is archived: it can be read, not written.",
		Left:       func(n int) string { return strconv.Itoa(n) + " left" },
		NewCount:   func(n int) string { return count(n, "new message", "new messages") },
		Says:       "%: %",
		WasCreated: "% created this room", DidJoin: "% joined", DidLeave: "% left",
		WasAdded: "% added %", WasRemoved: "% removed %",
		DidRename: "% renamed the room to %", DidTopic: "% set the topic: %", DidTopicNone: "% removed the topic",
		DidClose: "% closed the room to others", DidOpen: "% opened the room to everybody",
		DidArchive: "% archived the room", DidUnarchive: "% brought the room back from the archive",

		Pushes: "Notifications", PushesNone: "Nothing here yet",
		PushesNoneLead: "Programs can tell you something here: a build that is done, an alarm, a parcel at the door. It is kept for you while you are away.",
		Dismiss:        "Dismiss", NotOpened: "not opened", OpenAll: "Mark all as opened", PushMore: "Open",
		UnopenedCount: func(n int) string { return count(n, "not opened", "not opened") },

		Programs: "Bots and tokens", ProgramsLead: "A token lets a program act for you, or for a bot of yours. It works until it expires or you revoke it.",
		Tokens: "Tokens", Bots: "Bots", NoTokens: "No program acts for you yet.",
		MakeToken: "Make a token", TokenName: "Name", TokenNameHint: "What uses it: “CI”, “doorbell”",
		ForWhom: "Acts for", Myself: "% (me)", NewBot: "A new bot", BotName: "Name of the bot",
		Scopes: "It may", RevokeSure: "Revoke now", LastUsed: "last used %", NeverUsed: "never used",
		UntilRevoked: "until revoked", Until: "until %", MadeBy: "made by %", For: "for %",
		SecretLead: "“%” is ready", SecretOnce: "Copy it now: it will not be shown again.", TryIt: "Try it from a shell",
		OneMonth: "30 days", OneYear: "1 year",
		MayPush: "push", MayPost: "post", MayRead: "read", MayAdmin: "everything",
		PushHint:  "Push: send anybody here a notification",
		PostHint:  "Post: say things in the rooms it is in",
		ReadHint:  "Read: read those rooms, and hear what is pushed to it",
		AdminHint: "Everything that its user may do",
		EndBot:    "End", EndBotSure: "End it and its tokens", PickScope: "Choose what the token may do.",
		Webhooks: "Webhooks", WebhooksLead: "Whatever a program sends to a webhook’s address is said in #%.",
		NoWebhooks: "This room has no webhook yet.", MakeWebhook: "Make a webhook", WebhookName: "Name that it speaks under",
		WebhookLead: "Whoever knows this address can speak in #%.", WebhookIn: "webhook in #%",

		// Messages that were said.
		WasDeleted: "This message was deleted", WasEdited: "(edited)", Versions: "What it said",
		Reply: "Reply", MoreActions: "More", Delete: "Delete", DeleteSure: "Delete it for everybody?",
		CallsAll: "@room notifies all % people here.", SendAnyway: "Send anyway", CopyCode: "Copy code",
		Editing: "Edit the message", ReplyingTo: "Reply to %", KeyLast: "Edit my last message",

		// Files.
		AddFiles: "Add files", TakePhoto: "Take a photo", DropFiles: "Drop files here", RemoveFile: "Remove %",
		Uploading: "Uploading…", UploadFailed: "The upload broke off.", FileTooLarge: "“%” is too large. The limit here:",
		TooManyFiles: "At most % files in one message.", FileGone: "This browser no longer has the file.",
		Download: "Download", DownloadFile: "Download %", PictureBefore: "Previous picture", PictureAfter: "Next picture", Zoom: "Own size or whole",

		// Finding.
		Search: "Search", SearchFor: "Search messages", SearchWhere: "Where to look", SearchWide: "Everywhere",
		SearchHint: "Words, \"phrases\", -without, from:ada in:lobby before:2026-11-20 after: on: has:link has:file",
		SearchNone: "Nothing found.", SearchNewest: "The newest %", SearchMore: "Show more",
		SearchHeld: "There is no connection: this is only what this page has at hand.",
		FoundCount: func(n int) string { return count(n, "message", "messages") },
		Switch:     "Go to", SwitchFor: "A room, a person, or words to look for", SwitchSearch: "Search everywhere for “%”",
		SwitchNone: "Nothing fits.", KeySearch: "Search this room",

		// Direct messages, and what is unread.
		DirectMessages:      "Direct messages",
		NewDirect:           "New message",
		NotesToMyself:       "Notes to myself",
		NoteToMyself:        "A note to myself",
		WhomToTalkTo:        "Who do you want to talk to?",
		Chosen:              "Chosen",
		CircleFull:          "That is everybody: at most 9 people talk here. Make a room for more.",
		OpenDirect:          "Open the conversation",
		MessagePerson:       "Message",
		MessagePeople:       "Message %",
		BeginningDirect:     "Only you and % read this",
		BeginningDirectLead: "Say hello. They see it once you do.",
		BeginningNotes:      "Only you read this. Keep what you want to find again.",
		HideDirect:          "Hide this conversation",
		HideHint:            "Nobody can join or leave it. Hidden, it comes back as soon as somebody writes.",
		Preview:             "A look inside",
		PreviewLine:         "You are looking at #%. Join to take part and to hear what is new.",
		FilterRooms:         "Filter by name or topic",
		LastActive:          "active %",
		MarkUnread:          "Mark unread from here",
		MarkAllRead:         "Mark everything read",
		JumpUnread:          "Jump to first unread",
		MentionCount:        func(n int) string { return count(n, "mention", "mentions") },

		// People, sessions, roles.
		Member: "member", EditProfile: "Edit profile", About: "About you",
		TimeZone: "Time zone", TimeZoneHint: "Others see what time it is where you are. Leave it empty, and they do not.",
		TimeThere:     "% there (%)",
		PictureUpload: "Upload a picture", PictureSending: "Uploading…", PictureRemove: "Remove the picture",
		Gravatar: "Take the picture from Gravatar", GravatarEmail: "Your e-mail address there",
		GravatarLead: "The server asks Gravatar once and keeps the picture, not the address.",
		Sessions:     "Where you are signed in", ThisDevice: "this device", SignedInAt: "since %", SignOutSure: "Sign it out",
		EndOthers: "Sign out all others",
		Accounts:  "People", FindPeople: "Find by name, handle or role", NeverSeen: "not signed in",
		SeenAt: "seen %", HereSince: "here since %",
		RoleHere: "Role", MakeOwner: "Make owner", OwnerSure: "An owner may do everything, also to you. Make % an owner?",
		Removed: "removed", Banned: "banned", Readmit: "Let in again",
		RemovePerson: "Remove from the server", RemovePersonSure: "Remove % now", Ban: "Ban", BanSure: "Ban % now",
		Erase: "Delete what they said", EraseSure: "Delete all of it, everywhere",
		RecoverPerson: "Link for a new password",
		RecoverLead:   "Whoever opens this link chooses a new password for %. It works once, for a day. Hand it to nobody else.",
		RecoverTitle:  "A new password for %", RecoverButton: "Set the password",

		// Presence and typing.
		HereOnline: "online", HereAway: "away", HereOffline: "offline",
		Status: "Status", StatusSet: "Set a status", StatusText: "What are you at?", StatusEmoji: "Emoji",
		StatusEnds: "Until when", StatusStays: "Until I change it", StatusUntil: "until %", StatusClear: "Clear status",
		QuickMeeting: "In a meeting", QuickLunch: "At lunch",
		QuickTravel: "On the way", QuickSick: "Out sick", QuickHoliday: "On holiday",
		DND: "Do not disturb", DNDHint: "No notifications reach you, and others see that you are busy.",
		DNDEnds: "How long", DNDStays: "Until I turn it off", DNDTurnOn: "Turn on", DNDOn: "On",
		ThisWeek: "This week", PickTime: "A time of my own",
		TypingOne: "% is typing…", TypingTwo: "% and % are typing…", TypingMany: "Several people are typing…",
		TellTyping: "Others see when I am typing (in this browser)",

		// Levels of notification.
		Level: "Notify me of", LevelDefault: "As usual: %",
		LevelEverything: "Every message", LevelMentions: "Mentions only", LevelNothing: "Nothing",
		LevelPreferred: "In rooms, usually", Muted: "muted",
		Reveal: "A notification says", RevealText: "Who wrote what", RevealPlace: "Only who, and where", RevealNothing: "Only that there is a message",
		NotifyMessage: "New message", NotifyFrom: "A message from %", NotifyMany: "% new messages",

		// Pictures of emotion: emoji.
		Emoji: "Emoji", EmojiSearch: "Search emoji", EmojiRecent: "Recently used", EmojiNone: "No emoji is called that.",
		EmojiFailed: "The emoji could not be loaded. Try again when the connection is back.",
		EmojiGroups: "Groups", EmojiGroup: "Smileys,People,Animals and nature,Food and drink,Travel and places,Activities,Objects,Symbols,Flags",
		EmojiTone: "Skin tone", EmojiTones: "as drawn,light,medium-light,medium,medium-dark,dark",
		People: "People", Everybody: "everybody in this room",
		Reactions: "Reactions", React: "React", ReactWith: "React with %",
		ReactionsFull: "This message has as many reactions as a message can have.",
		AndMore:       func(n int) string { return strconv.Itoa(n) + " more" },
		KeyComplete:   "complete emoji, people, rooms",

		Errors: map[shared.Code]string{
			shared.CodeUnavailable: "The server cannot store anything right now. Nothing is lost; try again in a moment.",
			shared.CodeInternal:    "Something went wrong on the server. Nothing is lost; try again.",
			shared.CodeTooFast:     "Too fast. Wait a moment and try again.",
			shared.CodeTaken:       "This handle is taken. Choose another.",
		},
		Fields: map[string]string{
			"until":       "Choose a time to come.",
			"handle":      "A handle has 2 to 32 letters a–z, digits, and . _ -",
			"query.blank": "Something is missing after the colon.",
			"query.date":  "Days are written like before:2026-11-20.",
		},
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
