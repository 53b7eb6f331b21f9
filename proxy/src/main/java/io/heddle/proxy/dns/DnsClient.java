package io.heddle.proxy.dns;

import io.heddle.traffic.runtime.DnsPolicy;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Asks the DNS servers of one [DnsResolution], over UDP, and over TCP what UDP cannot carry. Remembers nothing. Safe
/// on any thread; answers come on its event loop.
// What becomes of a question is told to its listener.
@SuppressWarnings("FutureReturnValueIgnored")
final class DnsClient {
    private static final int IPV4 = 4;
    private static final int IPV6 = 16;

    private final DnsNameResolver resolver;
    private final ResolvConf system;
    private final Routable routable;

    /// Which families this machine can route.
    record Routable(boolean ipv4, boolean ipv6) {
        static final Routable BOTH = new Routable(true, true);
    }

    DnsClient(DnsNameResolver resolver, ResolvConf system, Routable routable) {
        this.resolver = resolver;
        this.system = system;
        this.routable = routable;
    }

    void ask(String name, DnsPolicy.Family family, Consumer<DnsAnswer> done) {
        next(system.candidates(name), family, done);
    }

    /// Asks for the first of these, and for the others as long as there is no such name.
    private void next(List<String> names, DnsPolicy.Family family, Consumer<DnsAnswer> done) {
        one(names.getFirst(), family, answer -> {
            if (names.size() > 1 && answer instanceof DnsAnswer.NoSuchName) {
                next(names.subList(1, names.size()), family, done);
            } else {
                done.accept(answer);
            }
        });
    }

    private void one(String name, DnsPolicy.Family family, Consumer<DnsAnswer> done) {
        switch (family) {
            case V4_ONLY -> query(name, DnsRecordType.A, done);
            case V6_ONLY -> query(name, DnsRecordType.AAAA, done);
            case AUTO -> firstOf(name, DnsRecordType.AAAA, DnsRecordType.A, done);
            case V4_PREFERRED -> firstOf(name, DnsRecordType.A, DnsRecordType.AAAA, done);
            case ALL -> both(name, done);
        }
    }

    private void firstOf(String name, DnsRecordType first, DnsRecordType second, Consumer<DnsAnswer> done) {
        query(name, first, answer -> {
            if (answer instanceof DnsAnswer.Found) {
                done.accept(answer);
            } else {
                query(name, second, done);
            }
        });
    }

    private void both(String name, Consumer<DnsAnswer> done) {
        query(name, DnsRecordType.A, four -> query(name, DnsRecordType.AAAA, six -> done.accept(joined(four, six))));
    }

    private static DnsAnswer joined(DnsAnswer four, DnsAnswer six) {
        if (four instanceof DnsAnswer.Found first) {
            return six instanceof DnsAnswer.Found second ? first.and(second) : first;
        }
        boolean found = six instanceof DnsAnswer.Found || four instanceof DnsAnswer.NoSuchName;
        return found ? six : four;
    }

    private void query(String name, DnsRecordType type, Consumer<DnsAnswer> done) {
        if (!(DnsRecordType.A.equals(type) ? routable.ipv4() : routable.ipv6())) {
            done.accept(DnsAnswer.NO_SUCH_NAME);
            return;
        }
        DnsQuestion question;
        try {
            question = new DefaultDnsQuestion(name, type);
        } catch (IllegalArgumentException noName) {
            done.accept(DnsAnswer.NO_SUCH_NAME);
            return;
        }
        resolver.resolveAll(question).addListener((Future<List<DnsRecord>> answered) -> {
            var cause = answered.cause();
            done.accept(cause == null ? found(answered.getNow()) : failed(cause));
        });
    }

    private static DnsAnswer found(List<DnsRecord> records) {
        var addresses = new ArrayList<String>();
        long ttl = Long.MAX_VALUE;
        try {
            for (var found : records) {
                var address = address(found);
                if (!address.isEmpty() && !addresses.contains(address)) {
                    addresses.add(address);
                }
                ttl = Math.min(ttl, found.timeToLive());
            }
        } finally {
            records.forEach(ReferenceCountUtil::release);
        }
        return addresses.isEmpty() ? DnsAnswer.NO_SUCH_NAME : new DnsAnswer.Found(addresses, Duration.ofSeconds(ttl));
    }

    private static String address(DnsRecord found) {
        if (!(found instanceof DnsRawRecord raw)) {
            return "";
        }
        int length = raw.content().readableBytes();
        if (length != IPV4 && length != IPV6) {
            return "";
        }
        var bytes = new byte[length];
        raw.content().getBytes(raw.content().readerIndex(), bytes);
        return NetUtil.bytesToIpAddress(bytes);
    }

    /// Netty tells a name without records by an exception without a cause, and other servers' words by theirs.
    private static DnsAnswer failed(Throwable thrown) {
        for (var at = thrown; at != null; at = at.getCause()) {
            if (at instanceof DnsErrorCauseException told) {
                var code = told.getCode();
                boolean none = code.equals(DnsResponseCode.NXDOMAIN) || code.equals(DnsResponseCode.NXRRSET);
                return none ? DnsAnswer.NO_SUCH_NAME : new DnsAnswer.Failed("the server says " + code);
            }
        }
        if (thrown instanceof UnknownHostException && thrown.getCause() == null) {
            return DnsAnswer.NO_SUCH_NAME;
        }
        return new DnsAnswer.Failed(String.valueOf(thrown.getMessage()));
    }
}
