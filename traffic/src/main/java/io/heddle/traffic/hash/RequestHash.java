package io.heddle.traffic.hash;

import io.heddle.traffic.match.AddressText;
import io.heddle.traffic.match.Cookies;
import io.heddle.traffic.match.Replacement;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The hash of one request by its [HashPolicy]s, and the cookies that were made for it. Reused; confined to a thread.
///
/// As in Envoy: what was hashed before is rotated left by one bit and mixed (XOR) with what comes next, so that two
/// equal parts do not undo each other. A part that a request lacks adds nothing. Headers with one value, cookies and
/// query parameters are hashed in place, without garbage.
public final class RequestHash {
    private final List<String> cookies = new ArrayList<>(1);
    private boolean present;
    private long value;

    /// Forgets everything.
    public void clear() {
        present = false;
        value = 0;
        cookies.clear();
    }

    /// Whether there is a hash.
    public boolean isPresent() {
        return present;
    }

    /// The hash; 0 without one.
    public long value() {
        return value;
    }

    /// The `set-cookie` lines that the client should get.
    public List<String> cookies() {
        return cookies;
    }

    /// Computes the hash of the request of `peer` anew.
    public void compute(List<HashPolicy> policies, RequestHead head, Peer peer) {
        clear();
        for (int i = 0; i < policies.size(); i++) {
            var policy = policies.get(i);
            add(policy, head, peer);
            if (present && policy.terminal()) {
                return;
            }
        }
    }

    private void add(HashPolicy policy, RequestHead head, Peer peer) {
        switch (policy) {
            case HashPolicy.Header header -> header(header, head);
            case HashPolicy.Cookie cookie -> cookie(cookie, head, peer);
            case HashPolicy.SourceAddress _ ->
                mix(XxHash64.hash(AddressText.of(peer.remote().getAddress()), 0));
            case HashPolicy.Query query -> span(head, query(head, query.name()));
        }
    }

    private void mix(long hash) {
        value = (present ? Long.rotateLeft(value, 1) : 0) ^ hash;
        present = true;
    }

    private void span(RequestHead head, long span) {
        if (Span.isPresent(span)) {
            mix(XxHash64.hash(head.bytes(), Span.start(span), Span.end(span), 0));
        }
    }

    private void header(HashPolicy.Header policy, RequestHead head) {
        if (isPart(policy.name())) {
            part(policy, head);
            return;
        }
        int count = 0;
        long first = Span.ABSENT;
        for (int i = 0; i < head.headerCount(); i++) {
            long name = head.headerName(i);
            if (policy.name().matches(head.bytes(), Span.start(name), Span.end(name))) {
                first = count == 0 ? head.headerValue(i) : first;
                count++;
            }
        }
        if (count <= 1 && policy.rewriting().isEmpty()) {
            span(head, first);
        } else if (count > 0) {
            mix(hashOfAll(policy, head));
        }
    }

    private static boolean isPart(HeaderName name) {
        return name.equals(HeaderName.AUTHORITY)
                || name.equals(HeaderName.HOST)
                || name.equals(HeaderName.PATH)
                || name.equals(HeaderName.METHOD);
    }

    private void part(HashPolicy.Header policy, RequestHead head) {
        long span = head.part(policy.name());
        if (Span.isPresent(span) && policy.rewriting().isPresent()) {
            var rewriting = policy.rewriting().get();
            var text = Span.text(head.bytes(), span);
            mix(XxHash64.hash(Replacement.all(rewriting.pattern(), text, rewriting.replacement()), 0));
        } else {
            span(head, span);
        }
    }

    private static long hashOfAll(HashPolicy.Header policy, RequestHead head) {
        var values = new ArrayList<String>();
        for (int i = 0; i < head.headerCount(); i++) {
            long name = head.headerName(i);
            if (policy.name().matches(head.bytes(), Span.start(name), Span.end(name))) {
                var text = Span.text(head.bytes(), head.headerValue(i));
                values.add(policy.rewriting()
                        .map(found -> Replacement.all(found.pattern(), text, found.replacement()))
                        .orElse(text));
            }
        }
        values.sort(null);
        long hash = 0;
        for (var found : values) {
            var bytes = found.getBytes(StandardCharsets.ISO_8859_1);
            hash = XxHash64.hash(bytes, 0, bytes.length, hash);
        }
        return hash;
    }

    private void cookie(HashPolicy.Cookie policy, RequestHead head, Peer peer) {
        long found = Cookies.value(head, policy.name());
        if (Span.isPresent(found) && Span.length(found) > 0) {
            span(head, found);
            return;
        }
        if (policy.made().isPresent()) {
            // Of the connection, so that requests which overtake each other get the same.
            var fresh = HexFormat.of().toHexDigits(XxHash64.hash(peer.remote() + "" + peer.local(), 0));
            cookies.add(policy.made().get().line(fresh));
            mix(XxHash64.hash(fresh, 0));
        }
    }

    /// The first value of query parameter `name`; [Span#ABSENT] without one.
    private static long query(RequestHead head, String name) {
        var bytes = head.bytes();
        int end = Span.end(head.path());
        int at = Span.start(head.path());
        while (at < end && bytes[at] != '?' && bytes[at] != '#') {
            at++;
        }
        if (at >= end || bytes[at] == '#') {
            return Span.ABSENT;
        }
        at++;
        while (at < end && bytes[at] != '#') {
            int next = at;
            while (next < end && bytes[next] != '&' && bytes[next] != '#') {
                next++;
            }
            if (isNamed(bytes, at, next, name)) {
                return Span.of(Math.min(next, at + name.length() + 1), next);
            }
            at = next < end && bytes[next] == '&' ? next + 1 : next;
        }
        return Span.ABSENT;
    }

    private static boolean isNamed(byte[] bytes, int start, int end, String name) {
        int length = end - start;
        if (length < name.length() || (length > name.length() && bytes[start + name.length()] != '=')) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if ((bytes[start + i] & 0xff) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
