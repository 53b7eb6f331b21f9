package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.http.LineKind;
import io.heddle.proxy.http.Octets;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.Originator;
import io.heddle.proxy.upstream.connect.SourceAddress;
import io.heddle.traffic.match.AddressText;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.NetworkFilter.ForwardClientCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// The header lines of a request as they leave this hop: the client's, without those that steer a proxy, and those
/// that a proxy adds: who asked, over what, and by which name logs call the request. And what the proxy says of
/// itself in answers.
///
/// Who the client is, is decided once a request ([#start]), as Envoy's connection manager decides it: the
/// connection's far end, or what `x-forwarded-for` says as far as proxies in front are believed.
public final class HopHeaders {
    private static final HeaderName FORWARDED_PROTO = HeaderName.of("x-forwarded-proto");
    private static final HeaderName EXTERNAL_ADDRESS = HeaderName.of("x-envoy-external-address");
    private static final HeaderName DATE = HeaderName.of("date");
    private static final HeaderName SERVER = HeaderName.of("server");
    private static final int ALWAYS_DROPPED = LineKind.bit(LineKind.ENVOY);

    private final Worker worker;
    private final ClientConnection client;
    private final Originator connected;
    private final RequestId id = new RequestId();
    private HeadOptions options = HeadOptions.DEFAULT;
    private ForwardClientCertificate certificates = ForwardClientCertificate.SANITIZE;
    private Peer peer;
    private Originator originator;
    private int dropped = ALWAYS_DROPPED;
    private boolean internal;
    private Optional<String> named = Optional.empty();

    /// For the requests of `client`, which `worker` serves.
    public HopHeaders(Worker worker, ClientConnection client) {
        this.worker = worker;
        this.client = client;
        this.peer = client.peer();
        this.connected = client.originator();
        this.originator = connected;
    }

    /// One that stays as this one is now, for a request that outlives its exchange.
    public HopHeaders copy() {
        var copy = new HopHeaders(worker, client);
        copy.options = options;
        copy.certificates = certificates;
        copy.peer = peer;
        copy.dropped = dropped;
        copy.internal = internal;
        copy.id.copy(id);
        return copy;
    }

    /// The event loop of the connection.
    public Worker worker() {
        return worker;
    }

    /// Whose requests these are.
    public ClientConnection client() {
        return client;
    }

    /// The name by which logs call the request.
    public RequestId requestId() {
        return id;
    }

    /// Whether the request was made over TLS, as `x-forwarded-proto` says on its way from here: the client's word
    /// where that is believed, else the connection's.
    public boolean https(HttpRequestHead head) {
        return https(
                head,
                keptNone(head.lines(), LineKind.FORWARDED_PROTO),
                client.peer().tls());
    }

    /// Whether the application is told in Envoy's headers which path and host a route has changed, and how long its
    /// answer is waited for.
    public boolean tellsApplication() {
        return options.names().originals();
    }

    /// Whether the request comes from inside, as `x-envoy-internal` says.
    public boolean internal() {
        return internal;
    }

    /// Whether this hop is the edge for the request: it comes from outside of everything that is trusted.
    boolean edge() {
        return options.client().useRemote() && !internal;
    }

    /// Who sent the request.
    public Peer peer() {
        return peer;
    }

    /// For whom connections to hosts are made, and from where.
    public Originator originator() {
        return originator;
    }

    /// They come from the address of [#peer]; `mark` is the mark of their packets, 0 for none.
    public void fromClient(int mark) {
        var source = new SourceAddress(peer.remote().getAddress(), mark);
        originator = new Originator(connected.client(), Optional.of(source));
    }

    /// A dynamic forward proxy takes the request to `host`.
    public void toHost(String host) {
        named = Optional.of(host);
    }

    /// Where a dynamic forward proxy takes the request; empty for the host that it names itself.
    public Optional<String> namedHost() {
        return named;
    }

    /// Connections to hosts come from where those of the client's connection do, and the request goes to the host that
    /// it names itself.
    public void asConnected() {
        originator = connected;
        named = Optional.empty();
    }

    /// What came is no request: who sent it is the connection's word.
    public void startMalformed(NetworkFilter.Http settings) {
        options = settings.heads();
        peer = client.peer();
        id.received();
    }

    /// A request has come.
    public void start(HttpRequestHead head, NetworkFilter.Http settings) {
        options = settings.heads();
        certificates = settings.clientCertificate();
        var how = options.client();
        var lines = head.lines();
        findClient(lines, how);
        boolean edge = edge();
        boolean newProto = how.useRemote() && how.trustedHops() == 0;
        int mask = ALWAYS_DROPPED;
        mask |= dropsCertificate() ? LineKind.bit(LineKind.CLIENT_CERT) : 0;
        mask |= appendsAddress() ? LineKind.bit(LineKind.FORWARDED_FOR) : 0;
        mask |= newProto ? LineKind.bit(LineKind.FORWARDED_PROTO) : 0;
        mask |= newProto && how.appendPort() ? LineKind.bit(LineKind.FORWARDED_PORT) : 0;
        mask |= edge ? LineKind.bit(LineKind.EXTERNAL_ADDRESS) : 0;
        boolean newId = options.requestIds().generate()
                && (!lines.has(LineKind.REQUEST_ID)
                        || (edge && !options.requestIds().preserveExternal()));
        mask |= newId ? LineKind.bit(LineKind.REQUEST_ID) : 0;
        mask |= head.version10() ? LineKind.bit(LineKind.EXPECT) : 0;
        dropped = mask;
        if (newId) {
            id.make(worker);
        } else {
            id.received();
        }
        head.transport(
                client.peer().tls(),
                newProto ? scheme(options.names().scheme()) : options.names().scheme());
    }

    /// At an edge the scheme is the connection's, whatever the client says.
    private HeadOptions.Scheme scheme(HeadOptions.Scheme configured) {
        if (configured != HeadOptions.Scheme.RECEIVED) {
            return configured;
        }
        return client.peer().tls() ? HeadOptions.Scheme.HTTPS : HeadOptions.Scheme.HTTP;
    }

    private void findClient(HeaderLines lines, HeadOptions.ClientAddress how) {
        var believed = believed(lines, how);
        peer = peer(client.peer(), believed);
        internal = isTrusted(lines, how, believed) && isInternal(peer.remote().getAddress(), how);
    }

    /// Where the request comes from by what proxies in front say, as far as they are believed.
    static Optional<InetAddress> believed(HeaderLines lines, HeadOptions.ClientAddress how) {
        if (!lines.has(LineKind.FORWARDED_FOR) || (how.useRemote() && how.trustedHops() == 0)) {
            return Optional.empty();
        }
        return ForwardedFor.address(lines, how.useRemote() ? how.trustedHops() - 1 : how.trustedHops());
    }

    /// The sender of a request on the connection of `connected`.
    static Peer peer(Peer connected, Optional<InetAddress> believed) {
        return believed.isPresent() ? connected.withRemote(new InetSocketAddress(believed.get(), 0)) : connected;
    }

    /// Whether the sender's address is known well enough for it to be from inside.
    private static boolean isTrusted(HeaderLines lines, HeadOptions.ClientAddress how, Optional<InetAddress> believed) {
        return how.useRemote()
                ? !lines.has(LineKind.FORWARDED_FOR)
                : believed.isPresent() && ForwardedFor.isSingle(lines);
    }

    /// Whether a request with these lines, sent by `sender`, comes from inside.
    static boolean isInternal(HeaderLines lines, HeadOptions.ClientAddress how, Peer sender) {
        return isTrusted(lines, how, believed(lines, how))
                && isInternal(sender.remote().getAddress(), how);
    }

    /// Whether a request on the connection of `connected` was made over TLS, as [#https] says.
    static boolean https(HttpRequestHead head, HeadOptions.ClientAddress how, Peer connected) {
        boolean anew = how.useRemote() && how.trustedHops() == 0;
        return https(head, anew || !head.lines().has(LineKind.FORWARDED_PROTO), connected.tls());
    }

    private static boolean https(HttpRequestHead head, boolean nothingSaid, boolean tls) {
        if (nothingSaid) {
            return tls;
        }
        long said = head.lines().first(LineKind.FORWARDED_PROTO);
        return Octets.equalsIgnoreCase(head.bytes(), Span.start(said), Span.end(said), "https");
    }

    private static boolean isInternal(InetAddress address, HeadOptions.ClientAddress how) {
        var ranges = how.internal();
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).matches(address)) {
                return true;
            }
        }
        return false;
    }

    private boolean appendsAddress() {
        return options.client().useRemote() && !options.client().skipAppend();
    }

    private boolean dropsCertificate() {
        return switch (certificates) {
            case SANITIZE, SANITIZE_SET, APPEND_FORWARD -> true;
            case FORWARD_ONLY -> client.certificate().isNone();
            case ALWAYS_FORWARD_ONLY -> false;
        };
    }

    /// Begins the lines of a request in the loop's [EditedLines], with `announcement` as `x-heddle-peer` unless
    /// that is empty.
    public EditedLines lines(HttpRequestHead head, HeaderEdits edits, String announcement) {
        var received = head.lines();
        var lines = worker.editedLines().start(received, dropped, edits);
        id.addTo(lines.added());
        if (keptNone(received, LineKind.FORWARDED_PROTO)) {
            lines.add("x-forwarded-proto", client.peer().tls() ? "https" : "http");
        }
        certificate(lines.added(), received);
        address(lines, received);
        if (!options.names().via().isEmpty()) {
            lines.add("via", options.names().via());
        }
        lines.change();
        if (!announcement.isEmpty()) {
            lines.add("x-heddle-peer", announcement);
        }
        return lines;
    }

    /// Whether lines of that name do not leave this hop as they came.
    public boolean drops(HeaderName name) {
        var octets = name.bytes();
        return octets.length > 0 && (dropped & LineKind.bit(LineKind.of(octets, 0, octets.length))) != 0;
    }

    /// Appends what this hop says itself under a name, where it says something.
    public void appendOwn(HttpRequestHead head, HeaderName name, StringBuilder out) {
        if (name.equals(FORWARDED_PROTO)) {
            out.append(client.peer().tls() ? "https" : "http");
        } else if (name.equals(HeaderName.FORWARDED_CLIENT_CERT) && setsCertificate()) {
            long before = head.lines().first(LineKind.CLIENT_CERT);
            if (certificates == ForwardClientCertificate.APPEND_FORWARD && Span.isPresent(before)) {
                out.append(Span.text(head.bytes(), before)).append(',');
            }
            out.append(client.certificate().element(options.certificate()));
        } else if (name.equals(EXTERNAL_ADDRESS) && edge()) {
            out.append(text(peer.remote()));
        }
    }

    private boolean setsCertificate() {
        boolean sets = certificates == ForwardClientCertificate.SANITIZE_SET
                || certificates == ForwardClientCertificate.APPEND_FORWARD;
        return sets && !client.certificate().isNone();
    }

    private boolean keptNone(HeaderLines received, int kind) {
        return !received.has(kind) || (dropped & LineKind.bit(kind)) != 0;
    }

    private void address(EditedLines lines, HeaderLines received) {
        var how = options.client();
        if (internal) {
            lines.add("x-envoy-internal", "true");
        }
        if (how.appendPort() && keptNone(received, LineKind.FORWARDED_PORT)) {
            lines.add("x-forwarded-port", Integer.toString(client.peer().local().getPort()));
        }
        if (!how.useRemote()) {
            return;
        }
        if (appendsAddress()) {
            ForwardedFor.append(lines.added(), received, text(client.peer().remote()));
        }
        if (!internal) {
            lines.add("x-envoy-external-address", text(peer.remote()));
        }
    }

    private static String text(InetSocketAddress address) {
        return AddressText.of(address.getAddress());
    }

    private void certificate(HeaderLines added, HeaderLines received) {
        if (!setsCertificate()) {
            return;
        }
        added.beginLine();
        added.append("x-forwarded-client-cert");
        added.separate();
        long before = received.first(LineKind.CLIENT_CERT);
        if (certificates == ForwardClientCertificate.APPEND_FORWARD && Span.isPresent(before)) {
            added.append(received.bytes(), Span.start(before), Span.end(before));
            added.append(",");
        }
        added.appendSafe(client.certificate().element(options.certificate()));
        added.endOwnLine();
    }

    /// Begins the lines of a host's answer to `request`.
    public EditedLines answer(HeaderLines answer, HeaderEdits edits, HttpRequestHead request) {
        boolean overwrites = options.names().transformation() == HeadOptions.ServerHeader.OVERWRITE;
        int drop = overwrites ? LineKind.bit(LineKind.SERVER) : 0;
        drop |= options.requestIds().inResponse() ? LineKind.bit(LineKind.REQUEST_ID) : 0;
        var lines = worker.editedLines().start(answer, drop, edits).change();
        if (!answer.has(LineKind.DATE) || edits.size() > 0) {
            date(lines);
        }
        server(lines);
        sign(lines, request);
        return lines;
    }

    /// Adds to an answer made here what the proxy says of itself.
    public void local(EditedLines lines, HttpRequestHead request) {
        date(lines);
        server(lines);
        if (!lines.has(SERVER)) {
            lines.add("server", options.names().server());
        }
        sign(lines, request);
    }

    /// A proxy with a clock says when an answer came that does not say it itself (RFC 9110, section 6.6.1).
    private void date(EditedLines lines) {
        if (!lines.has(DATE)) {
            lines.add("date", worker.date());
        }
    }

    private void server(EditedLines lines) {
        switch (options.names().transformation()) {
            case OVERWRITE -> {
                lines.remove(SERVER);
                lines.add("server", options.names().server());
            }
            case APPEND_IF_ABSENT -> {
                if (!lines.has(SERVER)) {
                    lines.add("server", options.names().server());
                }
            }
            case PASS_THROUGH -> {} // as the application says it
        }
    }

    private void sign(EditedLines lines, HttpRequestHead request) {
        if (!options.names().via().isEmpty()) {
            lines.add("via", options.names().via());
        }
        if (options.requestIds().inResponse()) {
            lines.remove(HeaderName.REQUEST_ID);
            id.addTo(lines.added(), request.lines());
        }
    }
}
