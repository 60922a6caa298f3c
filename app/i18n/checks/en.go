package checks

// English is the first language.
func English() *Text {
	return &Text{
		Code: "en",

		Title:      "Connection check",
		Lead:       "Looks at the way between this browser and the server, piece by piece. The last line takes two minutes; the others take seconds.",
		Unscripted: "This check needs its script, which this browser did not run or the server did not send.",
		Terminal:   "The same from a terminal:",
		Proxies:    "Settings of proxies",
		ProxiesLead: "Each passes all that Hubbub needs, when Hubbub listens on port 8080 of the same machine and was started " +
			"with the address that people type:",
		Again: "Check again", Home: "Back to the rooms",

		Running: "Checking…", Waits: "waits", Waited: "Checked. Only the long silence is still being tried.",
		AllFine: "All is well.", SomeWarn: "It works. Some things could be better.", SomeFail: "Something is broken. See the red lines.",
		Copy: "Copy report", Copied: "Copied", Report: "Report", SeeProxies: "Settings for", Ask: "Ask to keep it",
		Means: "What it means", Do: "What to do",
		Skipped: "not tried: the connection that it needs does not open",
		Stores:  "Hubbub %, can store",
		Apart:   "% s apart", Opened: "open after % ms", Trips: "half within % ms, 95 of 100 within % ms, slowest % ms",
		Sizes: "up to % bytes", Alive: "alive after %", CutAfter: "cut after %", Going: "trying %",
		Pushed: "came back after % ms", SignIn: "sign in to try it",
		Devices: "devices of yours that also get notifications: %", NoDevices: "no device of yours gets notifications while Hubbub is closed",
		Runs: "runs", Kept: "kept", Cleared: "works, may be cleared", Allowed: "allowed", Unasked: "not asked yet", Denied: "refused",
		Certificate: "%, certificate by % until %", Redirects: "leads to https", Answers: "answers without https", Closed: "closed",
		Unverified: "the rest was checked all the same", Broke: "Something is broken.",

		States: map[State]string{OK: "fine", Warn: "could be better", Fail: "broken", Note: "note"},
		Names: map[Check]string{
			DNS: "Name", Connect: "Connection", TLS: "Certificate", Plain: "Plain http", Address: "Address", Server: "Server",
			Clock: "Clocks", Upgrade: "WebSocket", Subprotocol: "Chat protocol", RoundTrip: "Round trip", Frames: "Message sizes",
			Worker: "Service worker", Storage: "Storage", Notifications: "Notifications", Push: "Push", Idle: "Silence",
		},
		Findings: map[Finding]Advice{
			NoAddress: {
				Means: "The name leads nowhere: %.",
				Do:    "Check the spelling, and the A and AAAA records of the name.",
			},
			NoServer: {
				Means: "Nothing answers there: %.",
				Do:    "Start Hubbub, or the proxy in front of it, and open the port in the firewall.",
			},
			NoTLS: {
				Means: "No encrypted connection comes about: %.",
				Do:    "Check that this port speaks https, and the certificate in the settings of the proxy.", Proxy: true,
			},
			Untrusted: {
				Means: "The certificate is not trusted: %. Browsers show a warning instead of the page.",
				Do:    "Use a certificate of a public authority for exactly this name, and serve its whole chain. Let's Encrypt is free; Caddy gets one by itself.", Proxy: true,
			},
			Expiring: {
				Means: "The certificate ends on %. From then on browsers show a warning instead of the page.",
				Do:    "Renew it, and see why that does not happen by itself.",
			},
			NoHTTPS: {
				Means: "http:// answers by itself instead of leading to https: whoever types the bare name may stay without encryption.",
				Do:    "Have the proxy redirect http to https.", Proxy: true,
			},
			Insecure: {
				Means: "Without https anybody on the way can read along, and browsers allow neither notifications nor use without network.",
				Do:    "Serve it over https and start Hubbub with --url https://….", Proxy: true,
			},
			Origin: {
				Means: "The server believes its address is %, so it takes this one for another site's and refuses to connect.",
				Do:    "Start Hubbub with --url %, which is what people type. Without --url a proxy has to pass on the Host header as it is.", Proxy: true,
			},
			NoFacts: {
				Means: "Something answers, but not Hubbub: %.",
				Do:    "Check the address. Have the proxy pass every path to Hubbub, not only some, and check that Hubbub runs behind it.", Proxy: true,
			},
			Unready: {
				Means: "The server answers but cannot store: nothing can be sent.",
				Do:    "Look at its log and its disk, which is full, read-only or locked. It recovers by itself, except after a failed fsync.",
			},
			Skewed: {
				Means: "This device and the server disagree about the time: messages seem to come from the past or the future, and certificates and notifications can fail.",
				Do:    "Turn on automatic time here, and on the server (timedatectl set-ntp true).",
			},
			Stripped: {
				Means: "A proxy takes the Upgrade header away before Hubbub sees it. The rooms can be read, but nothing arrives by itself.",
				Do:    "Have the proxy pass on Upgrade and Connection, over HTTP/1.1.", Proxy: true,
			},
			Lost: {
				Means: "The request for a WebSocket never reached Hubbub (%). The rooms can be read, but nothing arrives by itself.",
				Do:    "Allow WebSockets in the proxy. If it does, then a firewall, virus scanner or browser extension stops them: try another network, or a private window.", Proxy: true,
			},
			Unanswered: {
				Means: "The request for a WebSocket reached Hubbub, but its answer did not come back (%). The rooms can be read, but nothing arrives by itself.",
				Do:    "Have the proxy speak HTTP/1.1 to Hubbub and pass on its answers as they are.", Proxy: true,
			},
			NoProtocol: {
				Means: "A proxy drops the header Sec-WebSocket-Protocol. Browsers then give the connection up, so the chat never connects.",
				Do:    "Have the proxy pass on all Sec-WebSocket headers, both ways.", Proxy: true,
			},
			NoSocket: {
				Means: "A WebSocket opens at /echo but not at /ws, which the chat uses (%).",
				Do:    "Have the proxy treat all paths alike.", Proxy: true,
			},
			NoHello: {
				Means: "The chat's connection opens, but the server does not answer as it should: %.",
				Do:    "Look at the server's log. If nothing stands there, something between changes what is sent.",
			},
			Slow: {
				Means: "Messages take long there and back. Nothing is lost by that, but it feels slow.",
				Do:    "Look for a VPN, a busy line, or a server far away.",
			},
			Stalled: {
				Means: "The connection is open, but an answer did not come: something between holds messages back or broke it (%).",
				Do:    "Turn off buffering in the proxy, or try another network.", Proxy: true,
			},
			TooLarge: {
				Means: "Messages of % bytes do not come through: the connection breaks whenever somebody sends a long one.",
				Do:    "Raise the limit for WebSocket messages in the proxy or firewall to 64 KiB.", Proxy: true,
			},
			Cut: {
				Means: "A quiet connection is cut before Hubbub's next sign of life, which comes every 20 s: everybody is thrown out again and again.",
				Do:    "Raise the idle timeout of the proxy to six minutes.", Proxy: true,
			},
			CutLater: {
				Means: "A quiet connection is cut. The chat stays connected, because Hubbub says something every 20 s; but a slow network may lose it.",
				Do:    "Raise the idle timeout of the proxy to six minutes, if you can.", Proxy: true,
			},
			NoWorker: {
				Means: "This browser offers no service worker here: the app does not open without network, and no notification arrives.",
				Do:    "Service workers need https, an ordinary window instead of a private one, and permission for this site to store data.",
			},
			WorkerFailed: {
				Means: "The service worker does not start: the app does not open without network, and no notification arrives. The browser says: %",
				Do:    "Allow this site to store data. Have the proxy pass on /sw.js and /web/ as they are.", Proxy: true,
			},
			NoStorage: {
				Means: "This browser keeps nothing for this site: what is not sent yet is lost when the page is closed. The browser says: %",
				Do:    "Allow this site to store data, or leave the private window.",
			},
			Transient: {
				Means: "The browser may clear what it keeps for this site when space gets short. What the server has is safe.",
				Do:    "Install Hubbub as an app or allow its notifications: browsers decide by such signs. Some ask you.",
			},
			Refused: {
				Means: "This browser was told to show no notifications of this site.",
				Do:    "Allow them in the site's settings, beside the address.",
			},
			NoNotices: {
				Means: "This browser offers no notifications here.",
				Do:    "They need https. On an iPhone or iPad, add the site to the home screen first and open it there.",
			},
			NoPush: {
				Means: "The server was asked to tell you something, and it did not arrive: %. Notifications of programs are late, or come only after a reload.",
				Do:    "Look at the server's log, and at what connects its nodes if there are several.",
			},
			Broken: {
				Means: "The check itself failed: %.",
				Do:    "Check again. If it stays, send the report to whoever runs the server.",
			},
		},
	}
}
