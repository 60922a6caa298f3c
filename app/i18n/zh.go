package i18n

import (
	"strconv"

	"hubbub/shared"
)

// Chinese is Simplified Chinese.
func Chinese() *Text {
	return &Text{
		Code: "zh", Name: "简体中文",

		SetupTitle: "欢迎", SetupLead: "这是一台新服务器。填写此表的人将成为所有者。", SetupButton: "开始",
		JoinTitle: "邀请你加入 %", JoinLead: "只需要一个名字。", JoinRoom: "你将进入 #%。", JoinButton: "加入",
		JoinAs: "以 % 的身份加入", JoinOther: "不是你？",
		KeepAccount:     "保留这个账号",
		KeepAccountLead: "设置账号名和密码后，可以在其他设备上登录。也可以以后再设置。",
		SignInTitle:     "登录 %", SignInButton: "登录",
		SignInNoHandle: "没有账号？请向里面的人要一个邀请链接。",
		ServerName:     "服务器名称", YourName: "你的名字",
		Handle: "账号名", HandleHint: "2 到 32 个字母 a–z、数字或 . _ -，别人用 @ 提到你时输入",
		Password: "密码", PasswordHint: "至少 8 个字符", CurrentPassword: "当前密码",
		NoticeTitle: "这里什么也没有", NoticeHome: "前往房间",

		Rooms: "房间", AddRoom: "创建或查找房间", OpenMenu: "显示房间", CloseMenu: "隐藏房间",
		YourMenu: "个人资料与设置", Members: "成员", RoomMenu: "房间设置",
		ClosedRoom: "私密房间", ArchivedRoom: "已归档",
		NoRoom: "你还没有加入任何房间", NoRoomLead: "找一个加入，或者自己创建。",
		MemberCount: func(n int) string { return strconv.Itoa(n) + " 位成员" },
		UnreadCount: func(n int) string { return strconv.Itoa(n) + " 条未读消息" },

		Close: "关闭", Cancel: "取消", Save: "保存", Copy: "复制", Copied: "已复制", Done: "完成",
		CreateRoom: "创建房间", RoomName: "房间名称", Topic: "话题", Closed: "私密",
		ClosedHint:  "只有被添加的人才能找到并阅读。",
		BrowseRooms: "可以加入的房间", BrowseNone: "没有其他公开房间。创建一个吧。", Join: "加入", Leave: "离开房间",
		LeaveSure:    "离开 #%？之后你将看不到里面的消息。",
		RoomSettings: "房间", Archive: "归档", Unarchive: "取消归档",
		ArchiveHint: "归档的房间只能阅读，不能发言。",
		AddPeople:   "添加成员", AddPeopleNone: "所有人都在这里了。邀请新的人吧。", Add: "添加", Remove: "移除",
		InvitePeople: "邀请他人", InviteLead: "打开链接的人填写名字就能加入。",
		InviteNew: "生成链接", InviteQR: "邀请链接的二维码", Revoke: "撤销",
		InviteActive: "有效的链接", InviteNever: "永不过期", InviteUses: "已使用 %", InviteUnlimited: "不限",
		ExpiresIn: "有效期", MaxUses: "使用次数", OneDay: "1 天", OneWeek: "1 周", Forever: "永久",
		Profile: "个人资料", ProfileName: "别人看到的名字",
		AccountTitle: "保留这个账号", AccountLead: "设置账号名和密码，就可以在任何地方登录。",
		ChangePassword: "修改密码", NewPassword: "新密码", Saved: "已保存",
		Theme: "主题", ThemeSystem: "跟随系统", ThemeLight: "浅色", ThemeDark: "深色", Language: "语言",
		Install: "安装为应用", SignOut: "退出登录", SignOutEverywhere: "在所有设备上退出",
		Keys: "快捷键", KeySend: "发送", KeyBreak: "换行", KeyRooms: "上一个、下一个房间",
		KeyUnread: "上一个、下一个未读房间", KeyRead: "将房间标为已读", KeyHelp: "显示此帮助", KeyEdit: "总是发送",
		EnterSends:   "按回车键发送消息",
		WelcomeTitle: "它是你的了。邀请谁来？", WelcomeLead: "发送此链接，或用手机扫描二维码。",
		You: "你", Owner: "所有者", Admin: "管理员", Guest: "访客", Bot: "机器人", BotOf: "% 的机器人",

		Notify: "通知", NotifyLead: "没有打开页面时，程序发给你的内容也能显示在这里。",
		NotifyLooking: "正在查看…", NotifyOn: "此浏览器已开启通知。", NotifyOff: "此浏览器未开启通知。",
		NotifyBlocked:  "通知已被浏览器阻止。请在地址栏旁的网站设置中允许通知。",
		NotifyInsecure: "此地址无法使用通知：浏览器要求以 https:// 开头的地址。",
		NotifyInstall:  "还不能使用：请先将此页面添加到主屏幕（分享 → 添加到主屏幕），再从那里打开。",
		NotifyNone:     "此浏览器无法接收通知。",
		NotifyNoServer: "此服务器不向设备发送通知。",
		NotifyTurnOn:   "开启通知", NotifyTurnOff: "关闭", NotifyFailed: "浏览器拒绝了：%",
		NotifyTest: "发送测试", NotifyTrial: "通知可以送达这里。",
		NotifyDevices: "你的设备", NotifyHere: "此浏览器",
		NotifyArrived: "% 秒后送达。", NotifyNotSent: "未能送达：%", NotifyOnItsWay: "正在发送…",
		NotifyNotShown: "已交给浏览器的推送服务，但尚未显示：设备可能在休眠，或系统限制了通知。",
		NotifyBlank:    "你有新的内容",

		Connecting: "正在连接…", Offline: "连接中断，正在重试…", TryNow: "立即重试",
		UpdateReady: "新版本已就绪。", Update: "更新",
		Waiting: func(n int) string {
			return strconv.Itoa(n) + " 条消息正在等待，恢复连接后会自动发送。"
		},
		Unsent: "尚未发送", UnsentNone: "全部已发送。", Show: "查看", RetryAll: "全部重试",
		WaitsForNetwork: "等待连接", Edit: "编辑",
		NotKept:       "此浏览器无法保存内容：关闭页面后，未发送的消息会丢失。",
		SignOutUnsent: "还有未发送的消息：%。退出登录会将其删除。", SignOutAnyway: "仍然退出",
		OnItsWay:      "这条消息可能已到达服务器，发送完成后才能修改。",
		WhenConnected: "此操作需要连接，恢复后请重试。", CheckConnection: "检查连接",

		Conversation: "对话", MessageTo: "发消息到 #%", Message: "消息", Send: "发送",
		NewMessages: "新消息", Beginning: "这里是 #% 的开头",
		BeginningLead: "打个招呼，或者邀请别人来聊。",
		Today:         "今天", Yesterday: "昨天",
		JumpNewest: "跳到最新", LoadingOlder: "加载中…", Sending: "发送中",
		NotSent: "未发送：%", Retry: "重试", Discard: "删除", CopyText: "复制文字", CopyLink: "复制链接",
		TooLong: "超出 % 个字符", ArchivedLine: "此房间已归档：只能阅读，不能发言。",
		Left:       func(n int) string { return "还可输入 " + strconv.Itoa(n) + " 个字符" },
		NewCount:   func(n int) string { return strconv.Itoa(n) + " 条新消息" },
		Says:       "%：%",
		WasCreated: "% 创建了房间", DidJoin: "% 加入了", DidLeave: "% 离开了",
		WasAdded: "% 添加了 %", WasRemoved: "% 移除了 %",
		DidRename: "% 将房间改名为 %", DidTopic: "% 设置了话题：%", DidTopicNone: "% 删除了话题",
		DidClose: "% 将房间设为私密", DidOpen: "% 将房间设为公开",
		DidArchive: "% 归档了房间", DidUnarchive: "% 取消了归档",

		Pushes: "通知", PushesNone: "还没有通知",
		PushesNoneLead: "程序可以在这里通知你：构建完成、警报、包裹到了。你不在时也会为你保留。",
		Dismiss:        "忽略", NotOpened: "未打开", OpenAll: "全部标为已打开", PushMore: "打开",
		UnopenedCount: func(n int) string { return strconv.Itoa(n) + " 条未打开" },

		Programs: "机器人与令牌", ProgramsLead: "令牌让程序以你或你的机器人的身份行事，直到过期或被撤销。",
		Tokens: "令牌", Bots: "机器人", NoTokens: "还没有程序代你行事。",
		MakeToken: "创建令牌", TokenName: "名称", TokenNameHint: "由谁使用，例如“CI”或“门铃”",
		ForWhom: "身份", Myself: "%（我）", NewBot: "新的机器人", BotName: "机器人的名字",
		Scopes: "它可以", RevokeSure: "立即撤销", LastUsed: "上次使用：%", NeverUsed: "从未使用",
		UntilRevoked: "直到撤销", Until: "有效期至 %", MadeBy: "由 % 创建", For: "身份：%",
		SecretLead: "“%”已就绪", SecretOnce: "请立即复制：之后不会再显示。", TryIt: "在命令行里试试",
		OneMonth: "30 天", OneYear: "1 年",
		MayPush: "推送", MayPost: "发言", MayRead: "阅读", MayAdmin: "全部",
		PushHint:  "推送：给这里的任何人发通知",
		PostHint:  "发言：在它所在的房间里说话",
		ReadHint:  "阅读：阅读这些房间，接收推送给它的通知",
		AdminHint: "其用户可以做的一切",
		EndBot:    "停用", EndBotSure: "停用它和它的令牌", PickScope: "请选择令牌可以做什么。",
		Webhooks: "Webhook", WebhooksLead: "程序发送到 Webhook 地址的内容会出现在 #%。",
		NoWebhooks: "这个房间还没有 Webhook。", MakeWebhook: "创建 Webhook", WebhookName: "发言时显示的名字",
		WebhookLead: "知道此地址的人都可以在 #% 发言。", WebhookIn: "#% 的 Webhook",

		// Messages that were said.
		WasDeleted: "此消息已删除", WasEdited: "（已编辑）", Versions: "历史版本",
		Reply: "回复", MoreActions: "更多", Delete: "删除", DeleteSure: "为所有人删除？",
		CallsAll: "@room 会通知这里的全部 % 人。", SendAnyway: "仍然发送", CopyCode: "复制代码",
		Editing: "编辑消息", ReplyingTo: "回复 %", KeyLast: "编辑我的上一条消息",

		// Files.

		// Finding.
		Search: "搜索", SearchFor: "搜索消息", SearchWhere: "搜索范围", SearchWide: "所有房间",
		SearchHint: "词语、\"完整短语\"、-排除，from:ada in:大厅 before:2026-11-20 after: on: has:link has:file",
		SearchNone: "没有找到。", SearchNewest: "最新的 % 条", SearchMore: "显示更多",
		SearchHeld: "当前没有连接：只搜索了本页面已有的消息。",
		FoundCount: func(n int) string { return strconv.Itoa(n) + " 条消息" },
		Switch:     "前往", SwitchFor: "房间、成员或要搜索的内容", SwitchSearch: "在所有房间搜索“%”",
		SwitchNone: "没有匹配的结果。", KeySearch: "搜索本房间",

		// Direct messages, and what is unread.

		// People, sessions, roles.
		Member: "成员", EditProfile: "编辑资料", About: "关于你",
		TimeZone: "时区", TimeZoneHint: "别人会看到你当地的时间。留空则不显示。",
		TimeThere:     "当地时间 %（%）",
		PictureUpload: "上传头像", PictureSending: "正在上传…", PictureRemove: "移除头像",
		Gravatar: "使用 Gravatar 头像", GravatarEmail: "你在那里的电子邮箱",
		GravatarLead: "服务器只询问一次 Gravatar，只保存图片，不保存邮箱。",
		Sessions:     "已登录的设备", ThisDevice: "此设备", SignedInAt: "登录于 %", SignOutSure: "确认退出",
		EndOthers: "退出其他所有设备",
		Accounts:  "人员", FindPeople: "按名字、用户名或角色查找", NeverSeen: "未登录",
		SeenAt: "最近在线 %", HereSince: "加入于 %",
		RoleHere: "角色", MakeOwner: "设为所有者", OwnerSure: "所有者可以做任何事，也包括对你。要把 % 设为所有者吗？",
		Removed: "已移除", Banned: "已封禁", Readmit: "重新允许进入",
		RemovePerson: "从服务器移除", RemovePersonSure: "立即移除 %", Ban: "封禁", BanSure: "立即封禁 %",
		Erase: "删除其所有发言", EraseSure: "确认全部删除",
		RecoverPerson: "重设密码的链接",
		RecoverLead:   "打开此链接的人可以为 % 设置新密码。链接一天内有效，只能使用一次。请勿转交他人。",
		RecoverTitle:  "为 % 设置新密码", RecoverButton: "设置密码",

		// Presence and typing.

		// Levels of notification.

		// Pictures of emotion: emoji.
		Emoji: "表情", EmojiSearch: "搜索表情", EmojiRecent: "最近使用", EmojiNone: "没有这样的表情。",
		EmojiFailed: "表情加载失败，连接恢复后再试。",
		EmojiGroups: "分类", EmojiGroup: "笑脸,人物,动物与自然,食物,旅行与地点,活动,物品,符号,旗帜",
		EmojiTone: "肤色", EmojiTones: "默认,浅,较浅,中等,较深,深",
		People: "成员", Everybody: "这个房间里的所有人",
		Reactions: "回应", React: "回应", ReactWith: "用 % 回应",
		ReactionsFull: "这条消息的回应已达上限。",
		AndMore:       func(n int) string { return "另外 " + strconv.Itoa(n) + " 人" },
		KeyComplete:   "补全表情、成员、房间",

		Errors: map[shared.Code]string{
			shared.CodeUnavailable:  "服务器暂时无法保存。没有丢失任何内容，请稍后再试。",
			shared.CodeInternal:     "服务器出错了。没有丢失任何内容，请重试。",
			shared.CodeTooFast:      "太快了，请稍等片刻再试。",
			shared.CodeTaken:        "这个账号名已被使用，请换一个。",
			shared.CodeUnauthorized: "账号名或密码不正确，或需要重新登录。",
			shared.CodeForbidden:    "你没有权限这样做。",
			shared.CodeNotFound:     "没有找到。",
			shared.CodeGone:         "这个链接已失效。",
			shared.CodeArchived:     "此房间已归档。",
			shared.CodeTooLarge:     "内容太长。",
			shared.CodeUnsupported:  "不支持这种内容。",
			shared.CodeInvalid:      "填写的内容无效。",
			shared.CodeMalformed:    "请求的格式不正确。",
			shared.CodeUnknown:      "服务器不认识这个操作。",
			shared.CodeKeyReused:    "这条消息与之前发送的不一致。",
		},
		Fields: map[string]string{
			"handle":   "账号名需为 2 到 32 个字母 a–z、数字或 . _ -",
			"name":     "请填写有效的名字，不超过 60 个字符。",
			"password": "密码至少 8 个字符。",

			"query":       "搜索内容最多 300 个字符。",
			"query.blank": "冒号后面缺少内容。",
			"query.date":  "日期请写成 before:2026-11-20 的形式。",
			"query.empty": "请输入要搜索的内容。",
			"query.from":  "这里没有叫这个名字的人。",
			"query.has":   "has: 后面可以写 link 或 file。",
			"query.in":    "您没有加入叫这个名字的房间。",
			"query.not":   "- 只能用在词语前，不能用在筛选条件前。",

			"server": "请填写服务器名称。",
			"topic":  "话题不超过 250 个字符。",
			"text":   "消息为空或无效。",
		},
	}
}
