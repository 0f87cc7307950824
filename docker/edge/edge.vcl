# A shared cache before Posterr (Varnish 7 or later): anonymous answers for as long as CDN-Cache-Control says (RFC 9213, 5861),
# everything else untouched. docs/operating.md tells how to use it, docs/decisions/14-shared-caches.md why it is so.
vcl 4.1;

import std;

# The inner door of the load balancer, whose network it shares: ../caddy/Caddyfile.
backend posterr {
	.host = "127.0.0.1";
	.port = "8081";
	.connect_timeout = 2s;
	.first_byte_timeout = 30s;
	# Streams send a comment every 15 seconds.
	.between_bytes_timeout = 60s;
	.probe = {
		.url = "/health/ready";
		.interval = 2s;
		.timeout = 2s;
		.window = 4;
		.threshold = 2;
		.initial = 2;
	}
}

sub vcl_recv {
	if (req.restarts == 0) {
		# How far this request got: "fresh" wants no old answer, "failed" takes any.
		unset req.http.X-Edge;
		# What the load balancer said of the client, without the address of the load balancer.
		set req.http.X-Forwarded-For = regsub(req.http.X-Forwarded-For, ", *127\.0\.0\.1$", "");
		if (req.http.X-Request-Id !~ "^[A-Za-z0-9._-]{1,128}$") {
			set req.http.X-Request-Id = "edge-" + std.integer(time = now, fallback = 0) + "-" + req.xid;
		}
		# Posterr has none.
		unset req.http.Cookie;
	}
	if ((req.method != "GET" && req.method != "HEAD") || req.http.Authorization) {
		return (pass);
	}
	if (req.url ~ "^/(v1/streams?|health)(/|\?|$)") {
		return (pass);
	}
	if (req.http.X-Edge == "fresh") {
		set req.grace = 0s;
	} else {
		# At most; how long an answer may be given is its own to say.
		set req.grace = 1d;
	}
	return (hash);
}

sub vcl_hit {
	if (obj.ttl > 0s || req.http.X-Edge == "failed" || !std.healthy(req.backend_hint)) {
		return (deliver);
	}
	# A new one is fetched meanwhile.
	if (obj.ttl + std.duration(regsub(obj.http.CDN-Cache-Control, "^.*stale-while-revalidate=(\d+).*$", "\1s"), 0s) > 0s) {
		return (deliver);
	}
	set req.http.X-Edge = "fresh";
	return (restart);
}

sub vcl_backend_response {
	if (beresp.status >= 500) {
		# An older answer is better, if there is one: vcl_synth looks for it.
		if (bereq.is_bgfetch || (!bereq.uncacheable && bereq.http.X-Edge != "failed")) {
			return (abandon);
		}
		set beresp.ttl = 0s;
		set beresp.uncacheable = true;
		return (deliver);
	}
	set beresp.grace = 0s;
	if (beresp.http.CDN-Cache-Control) {
		# What does not say how long is not kept.
		set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^(?:.*[, ])?max-age=(\d+).*$", "\1s"), 0s);
		set beresp.grace = std.duration(regsub(beresp.http.CDN-Cache-Control, "^.*stale-if-error=(\d+).*$", "\1s"), 0s);
	}
}

sub vcl_backend_error {
	return (abandon);
}

sub vcl_deliver {
	set resp.http.X-Request-Id = req.http.X-Request-Id;
	unset resp.http.X-Varnish;
	unset resp.http.Via;
	# RFC 9211.
	if (obj.hits > 0) {
		set resp.http.Cache-Status = "edge; hit; ttl=" + std.integer(duration = obj.ttl, fallback = 0);
		# It told the one for whom the answer was made.
		unset resp.http.RateLimit;
	} elsif (obj.uncacheable) {
		set resp.http.Cache-Status = "edge; fwd=bypass";
	} else {
		set resp.http.Cache-Status = "edge; fwd=miss";
	}
}

sub vcl_synth {
	if (resp.status == 503 && req.http.X-Edge != "failed" && (req.method == "GET" || req.method == "HEAD")) {
		set req.http.X-Edge = "failed";
		return (restart);
	}
	# In the form that Posterr's own errors have.
	set resp.status = 503;
	set resp.http.Content-Type = "application/problem+json";
	set resp.http.Cache-Control = "no-store";
	set resp.http.Retry-After = "1";
	set resp.http.Vary = "Authorization";
	set resp.http.X-Content-Type-Options = "nosniff";
	set resp.http.X-Request-Id = req.http.X-Request-Id;
	set resp.http.Cache-Status = "edge; fwd=miss; detail=failed";
	set resp.body = {"{"type":"urn:posterr:problem:service-unavailable","title":"Not possible at the moment","status":503,"code":"service-unavailable","detail":"No process can serve now. Try again in a moment.","instance":""} +
		regsuball(regsub(req.url, "\?.*$", ""), {"[^!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]"}, "") +
		{"","requestId":""} + req.http.X-Request-Id + """"}""";
	return (deliver);
}
