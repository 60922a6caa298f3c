package checks

// Chinese is Simplified Chinese.
func Chinese() *Text {
	return &Text{
		Code: "zh",

		Title:       "连接检查",
		Lead:        "逐项检查此浏览器与服务器之间的通路。最后一项需要两分钟，其余只需几秒。",
		Unscripted:  "此检查需要运行脚本，但浏览器没有运行，或服务器没有发送。",
		Terminal:    "也可以在终端中检查：",
		Proxies:     "代理的设置",
		ProxiesLead: "以下设置满足 Hubbub 的全部需要。前提是 Hubbub 监听同一台机器的 8080 端口，并以人们输入的地址启动：",
		Again:       "重新检查", Home: "返回房间",

		Running: "正在检查…", Waits: "等待中", Waited: "检查完毕，只剩长时间静默仍在测试。",
		AllFine: "一切正常。", SomeWarn: "可以使用，但有些地方可以更好。", SomeFail: "有问题，请看红色的项目。",
		Copy: "复制报告", Copied: "已复制", Report: "报告", SeeProxies: "设置方法：", Ask: "请求保留",
		Means: "这意味着", Do: "解决办法",
		Skipped: "未测试：所需的连接无法打开",
		Stores:  "Hubbub %，可以保存",
		Apart:   "相差 % 秒", Opened: "% 毫秒后打开", Trips: "一半在 % 毫秒内，百分之九十五在 % 毫秒内，最慢 % 毫秒",
		Sizes: "最大 % 字节", Alive: "% 后仍然连通", CutAfter: "% 后被切断", Going: "正在测试 %",
		Pushed: "% 毫秒后收到", SignIn: "登录后可以测试",
		Devices: "同时收到通知的设备：%", NoDevices: "Hubbub 关闭时，你没有任何设备会收到通知",
		Runs: "运行中", Kept: "长期保留", Cleared: "可用，但可能被清除", Allowed: "已允许", Unasked: "尚未询问", Denied: "已拒绝",
		Certificate: "%，证书由 % 签发，有效期至 %", Redirects: "跳转到 https", Answers: "未使用 https 直接应答", Closed: "已关闭",
		Unverified: "其余项目照常检查", Broke: "有问题。",

		States: map[State]string{OK: "正常", Warn: "可以更好", Fail: "有问题", Note: "说明"},
		Names: map[Check]string{
			DNS: "域名", Connect: "连接", TLS: "证书", Plain: "明文 http", Address: "地址", Server: "服务器",
			Clock: "时钟", Upgrade: "WebSocket", Subprotocol: "聊天协议", RoundTrip: "往返时间", Frames: "消息大小",
			Worker: "Service Worker", Storage: "存储", Notifications: "通知", Push: "推送", Idle: "静默",
		},
		Findings: map[Finding]Advice{
			NoAddress: {
				Means: "域名无法解析：%。",
				Do:    "检查拼写，以及域名的 A 和 AAAA 记录。",
			},
			NoServer: {
				Means: "那里没有应答：%。",
				Do:    "启动 Hubbub 或它前面的代理，并在防火墙中开放端口。",
			},
			NoTLS: {
				Means: "无法建立加密连接：%。",
				Do:    "检查此端口是否提供 https，以及代理设置中的证书。", Proxy: true,
			},
			Untrusted: {
				Means: "证书不受信任：%。浏览器会显示警告而不是页面。",
				Do:    "使用公共机构为此域名签发的证书，并提供完整的证书链。Let's Encrypt 是免费的，Caddy 会自动获取。", Proxy: true,
			},
			Expiring: {
				Means: "证书将于 % 到期。之后浏览器会显示警告而不是页面。",
				Do:    "更新证书，并查明为什么没有自动更新。",
			},
			NoHTTPS: {
				Means: "http:// 直接应答而没有跳转到 https：只输入域名的人可能一直没有加密。",
				Do:    "让代理把 http 跳转到 https。", Proxy: true,
			},
			Insecure: {
				Means: "没有 https，途中的任何人都能看到内容，浏览器也不允许通知和离线使用。",
				Do:    "通过 https 提供服务，并以 --url https://… 启动 Hubbub。", Proxy: true,
			},
			Origin: {
				Means: "服务器认为自己的地址是 %，因此把当前地址当作其他网站并拒绝连接。",
				Do:    "以 --url % 启动 Hubbub，即人们输入的地址。不用 --url 时，代理必须原样传递 Host 头。", Proxy: true,
			},
			NoFacts: {
				Means: "有应答，但不是来自 Hubbub：%。",
				Do:    "检查地址。让代理把所有路径都交给 Hubbub，而不只是其中一些，并确认 Hubbub 正在运行。", Proxy: true,
			},
			Unready: {
				Means: "服务器有应答但无法保存：什么都发不出去。",
				Do:    "查看服务器的日志和磁盘：磁盘已满、只读或被锁定。除 fsync 失败外，它会自行恢复。",
			},
			Skewed: {
				Means: "此设备与服务器的时间不一致：消息看起来来自过去或未来，证书和通知也可能失效。",
				Do:    "在此设备和服务器上开启自动校时（timedatectl set-ntp true）。",
			},
			Stripped: {
				Means: "代理在 Hubbub 看到之前去掉了 Upgrade 头。房间可以阅读，但新消息不会自动出现。",
				Do:    "让代理通过 HTTP/1.1 传递 Upgrade 和 Connection。", Proxy: true,
			},
			Lost: {
				Means: "WebSocket 请求没有到达 Hubbub（%）。房间可以阅读，但新消息不会自动出现。",
				Do:    "在代理中允许 WebSocket。如果已经允许，则是防火墙、杀毒软件或浏览器扩展拦截了它：换一个网络或无痕窗口试试。", Proxy: true,
			},
			Unanswered: {
				Means: "WebSocket 请求到达了 Hubbub，但应答没有回来（%）。房间可以阅读，但新消息不会自动出现。",
				Do:    "让代理以 HTTP/1.1 与 Hubbub 通信，并原样传递应答。", Proxy: true,
			},
			NoProtocol: {
				Means: "代理丢掉了 Sec-WebSocket-Protocol 头。浏览器随后会放弃连接，聊天始终连不上。",
				Do:    "让代理双向传递所有 Sec-WebSocket 头。", Proxy: true,
			},
			NoSocket: {
				Means: "WebSocket 能在 /echo 打开，却不能在聊天使用的 /ws 打开（%）。",
				Do:    "让代理以同样的方式处理所有路径。", Proxy: true,
			},
			NoHello: {
				Means: "聊天连接已打开，但服务器的应答不对：%。",
				Do:    "查看服务器日志。如果没有记录，则是途中有东西改动了内容。",
			},
			Slow: {
				Means: "消息往返时间较长。不会丢失内容，但会感觉慢。",
				Do:    "看看是否有 VPN、繁忙的线路，或服务器太远。",
			},
			Stalled: {
				Means: "连接已打开，但没有收到应答：途中有东西扣留了消息或断开了连接（%）。",
				Do:    "关闭代理的缓冲，或换一个网络试试。", Proxy: true,
			},
			TooLarge: {
				Means: "% 字节的消息无法通过：有人发送长消息时连接就会断开。",
				Do:    "把代理或防火墙的 WebSocket 消息上限提高到 64 KiB。", Proxy: true,
			},
			Cut: {
				Means: "安静的连接在 Hubbub 下一次心跳（每 20 秒）之前就被切断：所有人会反复掉线。",
				Do:    "把代理的空闲超时提高到六分钟。", Proxy: true,
			},
			CutLater: {
				Means: "安静的连接会被切断。Hubbub 每 20 秒发送一次心跳，所以聊天能保持连接；但在慢的网络上可能掉线。",
				Do:    "如果可以，把代理的空闲超时提高到六分钟。", Proxy: true,
			},
			NoWorker: {
				Means: "此浏览器在这里不提供 Service Worker：应用无法离线打开，也收不到通知。",
				Do:    "Service Worker 需要 https、普通窗口（而非无痕窗口），并允许此网站保存数据。",
			},
			WorkerFailed: {
				Means: "Service Worker 无法启动：应用无法离线打开，也收不到通知。浏览器说：%",
				Do:    "允许此网站保存数据。让代理原样传递 /sw.js 和 /web/。", Proxy: true,
			},
			NoStorage: {
				Means: "此浏览器不为此网站保存任何内容：关闭页面时，尚未发送的内容会丢失。浏览器说：%",
				Do:    "允许此网站保存数据，或离开无痕窗口。",
			},
			Transient: {
				Means: "空间不足时，浏览器可能清除为此网站保存的内容。服务器上的内容是安全的。",
				Do:    "把 Hubbub 安装为应用或允许通知：浏览器会据此决定，有些会询问你。",
			},
			Refused: {
				Means: "此浏览器被设置为不显示此网站的通知。",
				Do:    "在地址栏旁的网站设置中允许通知。",
			},
			NoNotices: {
				Means: "此浏览器在这里不提供通知。",
				Do:    "通知需要 https。在 iPhone 或 iPad 上，请先把网站添加到主屏幕，再从那里打开。",
			},
			NoPush: {
				Means: "已请求服务器通知你，但没有收到：%。程序的通知会延迟，或刷新后才出现。",
				Do:    "查看服务器日志；如果有多个节点，再查看节点之间的连接。",
			},
			Broken: {
				Means: "检查本身失败了：%。",
				Do:    "重新检查。如果仍然如此，请把报告发给服务器的管理者。",
			},
		},
	}
}
