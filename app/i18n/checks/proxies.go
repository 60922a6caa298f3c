package checks

// Proxy is how one proxy is set up so that nothing that Hubbub needs is lost:
// the heart of what docs/proxies.md says.
type Proxy struct {
	ID, Name string
	Settings string
}

// Proxies lists those that most people have.
func Proxies() []Proxy {
	return []Proxy{
		{"nginx", "nginx", `map $http_upgrade $connection_upgrade {
    default upgrade;
    ""      "";
}

# in the server that is for the name:
location / {
    proxy_pass http://127.0.0.1:8080;
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_read_timeout 6m;
}`},
		{"caddy", "Caddy", `chat.example.org {
    reverse_proxy 127.0.0.1:8080
}`},
		{"apache", "Apache", `# 2.4.47 or newer; a2enmod ssl proxy proxy_http
ProxyPreserveHost On
ProxyPass "/" "http://127.0.0.1:8080/" upgrade=websocket timeout=360`},
		{"cloudflare", "Cloudflare", `# dashboard: WebSockets on;
# Rocket Loader and Email Address Obfuscation off

# cloudflared, config.yml:
ingress:
  - hostname: chat.example.org
    service: http://localhost:8080
  - service: http_status:404`},
	}
}
