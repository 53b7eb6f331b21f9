package io.heddle.proxy.upstream.name;

import io.heddle.proxy.dns.DnsAnswer;
import io.heddle.proxy.dns.NameLookup;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.DnsCachePolicy;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The hosts of a dynamic forward proxy: what its requests name. A request for a new name waits for the answer as it
/// would wait for a connection; all that ask meanwhile share the question.
///
/// A name is asked for again when its answer has grown old, and forgotten when nobody has asked for it in a while. One
/// that could not be resolved is remembered as such until it is asked for again. When a later answer fails, the last
/// addresses stay.
///
/// Safe on any thread: the names stand under one lock, held for a few steps only, and never while anybody is called.
// A task that cannot be scheduled belongs to a process that ends.
@SuppressWarnings("FutureReturnValueIgnored")
public final class DynamicHosts {
    /// How long a forgotten host can still be reached by requests that have just picked it.
    private static final long FORGET_AFTER_SECONDS = 30;

    private final DnsCachePolicy policy;
    private final NameLookup lookup;
    private final EventLoop timer;
    private final Connecting connecting;
    private final Consumer<List<HostState>> retire;
    private final Map<HostName, Entry> entries = new HashMap<>();
    private final Map<HostState, UpstreamTarget> targets = new ConcurrentHashMap<>();
    private final SplittableRandom random = new SplittableRandom();
    private int pending;
    private boolean closed;

    /// Says how hosts are reached.
    interface Connecting {
        /// The port where a request names none.
        int port();

        /// How `host`, whose name is `name`, is reached. Perhaps slow; not called on an event loop where TLS has to be
        /// prepared.
        UpstreamTarget target(Host host, HostName name, HostAddress address);

        /// In which order the addresses of a name are tried.
        AddressOrder order();

        /// Whether [#target] has TLS to prepare.
        boolean slow();
    }

    /// A request that waits.
    private record Waiter(Worker worker, HostWait request, int number) {}

    /// A name, under the lock. It has waiters only while it is asked for, and is not forgotten then: the answer finds
    /// them.
    private static final class Entry {
        private final HostState state = new HostState();
        private final List<Waiter> waiters = new ArrayList<>();
        private @Nullable Host host;
        private boolean asking;
        private int failures;
        private long question;
        private long used = System.nanoTime();
    }

    /// Keeps what `lookup` answers as `policy` says; `timer` asks again, and `retire` gets the hosts that are
    /// forgotten.
    public DynamicHosts(
            DnsCachePolicy policy,
            NameLookup lookup,
            EventLoop timer,
            Connecting connecting,
            Consumer<List<HostState>> retire) {
        this.policy = policy;
        this.lookup = lookup;
        this.timer = timer;
        this.connecting = connecting;
        this.retire = retire;
    }

    /// Asks for the names that are to be known from the start.
    public void open() {
        for (var server : policy.preresolved()) {
            var name = new HostName(server.host(), server.port());
            synchronized (this) {
                entries.putIfAbsent(name, new Entry());
            }
            askAgain(name);
        }
    }

    /// Tells `wait` the host that `authority` names: within the call where that is known, else later, on the loop of
    /// `worker`, where this is called.
    public void find(String authority, Worker worker, HostWait wait) {
        int number = wait.begin();
        var name = HostName.read(authority, connecting.port());
        if (name.isEmpty()) {
            wait.unnamed(number, UpstreamFailure.NO_SUCH_NAME);
            return;
        }
        var waiter = new Waiter(worker, wait, number);
        switch (look(name.get(), waiter)) {
            case Look.Known(var host) -> wait.named(number, host);
            case Look.Refused(var failure) -> wait.unnamed(number, failure);
            case Look.Asks(long question) -> ask(name.get(), question);
            case Look.Waits() -> {}
        }
    }

    /// What a request finds.
    private sealed interface Look {
        record Known(Host host) implements Look {}

        record Refused(UpstreamFailure failure) implements Look {}

        /// It waits, and asks for the name.
        ///
        /// @param question the number of its question
        record Asks(long question) implements Look {}

        /// It waits for an answer that is on its way.
        record Waits() implements Look {}
    }

    private synchronized Look look(HostName name, Waiter waiter) {
        var entry = entries.get(name);
        if (closed && (entry == null || entry.host == null)) {
            return new Look.Refused(UpstreamFailure.NO_SUCH_NAME);
        }
        if (entry == null) {
            if (entries.size() >= policy.hosts().most()) {
                return new Look.Refused(UpstreamFailure.TOO_MANY_NAMES);
            }
            entry = new Entry();
            entries.put(name, entry);
        }
        entry.used = System.nanoTime();
        if (entry.host != null) {
            return new Look.Known(entry.host);
        }
        if (!entry.asking && entry.failures > 0 && policy.refreshFailed()) {
            return new Look.Refused(UpstreamFailure.NO_SUCH_NAME);
        }
        if (pending >= policy.pending()) {
            return new Look.Refused(UpstreamFailure.TOO_MANY_QUESTIONS);
        }
        pending++;
        entry.waiters.add(waiter);
        return entry.asking ? new Look.Waits() : new Look.Asks(begin(entry));
    }

    /// Begins a question about a name that is not being asked for; returns its number. Under the lock: whoever comes
    /// next finds the question, and nobody forgets the name.
    private static long begin(Entry entry) {
        entry.asking = true;
        return ++entry.question;
    }

    /// Asks for a name that nobody waits for.
    private void askAgain(HostName name) {
        long question;
        synchronized (this) {
            var entry = entries.get(name);
            if (closed || entry == null || entry.asking) {
                return;
            }
            question = begin(entry);
        }
        ask(name, question);
    }

    private void ask(HostName name, long question) {
        var timeout = policy.queryTimeout();
        if (!timeout.isZero()) {
            timer.schedule(
                    () -> answered(name, question, new DnsAnswer.Failed("timeout")),
                    timeout.toNanos(),
                    TimeUnit.NANOSECONDS);
        }
        lookup.ask(name.host(), policy.dns(), answer -> {
            if (connecting.slow()) {
                Thread.ofVirtual().start(() -> answered(name, question, answer));
            } else {
                answered(name, question, answer);
            }
        });
    }

    private void answered(HostName name, long question, DnsAnswer answer) {
        if (answer instanceof DnsAnswer.Found found) {
            prepare(name, endpoint(name, found));
        }
        var waiters = new ArrayList<Waiter>();
        Host host;
        long pause;
        synchronized (this) {
            var entry = entries.get(name);
            if (entry == null || !entry.asking || entry.question != question) {
                return;
            }
            entry.asking = false;
            pause = learn(name, entry, answer).toNanos();
            host = entry.host;
            waiters.addAll(entry.waiters);
            entry.waiters.clear();
            pending -= waiters.size();
        }
        for (var waiter : waiters) {
            waiter.worker().loop().execute(() -> tell(waiter, host));
        }
        timer.schedule(() -> refresh(name), pause, TimeUnit.NANOSECONDS);
    }

    private static Endpoint endpoint(HostName name, DnsAnswer.Found found) {
        var others = found.addresses().stream()
                .skip(1)
                .map(address -> new Endpoint.Address(address, name.port()))
                .toList();
        return new Endpoint(
                        found.addresses().getFirst(),
                        name.port(),
                        1,
                        Endpoint.Health.HEALTHY,
                        0,
                        Map.of(),
                        PeerMetadata.UNKNOWN)
                .withAdditional(others);
    }

    /// Makes what it takes to reach a host for the first time.
    private void prepare(HostName name, Endpoint endpoint) {
        HostState state;
        synchronized (this) {
            var entry = entries.get(name);
            if (entry == null || targets.containsKey(entry.state)) {
                return;
            }
            state = entry.state;
        }
        var address = HostAddress.of(endpoint, connecting.order());
        targets.putIfAbsent(state, connecting.target(new Host(endpoint, state), name, address));
    }

    private static void tell(Waiter waiter, @Nullable Host host) {
        waiter.worker().tick();
        if (host == null) {
            waiter.request().unnamed(waiter.number(), UpstreamFailure.NO_SUCH_NAME);
        } else {
            waiter.request().named(waiter.number(), host);
        }
    }

    /// Takes an answer in; returns when to ask again.
    private Duration learn(HostName name, Entry entry, DnsAnswer answer) {
        var target = targets.get(entry.state);
        if (target == null || !(answer instanceof DnsAnswer.Found found)) {
            entry.failures++;
            return policy.dns().afterFailure(entry.failures, random.nextLong());
        }
        entry.failures = 0;
        var endpoint = endpoint(name, found);
        if (entry.host == null || !entry.host.endpoint().equals(endpoint)) {
            target.address().moveTo(endpoint, connecting.order());
            entry.host = new Host(endpoint, entry.state);
        }
        return policy.afterAnswer(found.ttl(), random.nextLong());
    }

    /// An answer has grown old: asks again, unless nobody wants to know.
    private void refresh(HostName name) {
        HostState gone;
        synchronized (this) {
            var entry = entries.get(name);
            if (closed || entry == null || entry.asking) {
                return;
            }
            boolean wanted =
                    System.nanoTime() - entry.used < policy.hosts().ttl().toNanos();
            boolean hopeless = entry.host == null && !policy.refreshFailed();
            gone = wanted && !hopeless ? null : entry.state;
            if (gone != null) {
                entries.remove(name);
            }
        }
        if (gone == null) {
            askAgain(name);
            return;
        }
        timer.schedule(() -> targets.remove(gone), FORGET_AFTER_SECONDS, TimeUnit.SECONDS);
        retire.accept(List.of(gone));
    }

    /// How a host of this cluster is reached.
    @Nullable
    public UpstreamTarget target(Host host) {
        return targets.get(host.state());
    }

    /// The hosts that are known, by the names of requests.
    public synchronized Map<String, Host> hosts() {
        var known = new HashMap<String, Host>();
        entries.forEach((name, entry) -> {
            if (entry.host != null) {
                known.put(name.host() + ":" + name.port(), entry.host);
            }
        });
        return known;
    }

    /// Asks for nothing any more: whoever asks for a name that is not known is refused. Who waits is still answered.
    public synchronized void close() {
        closed = true;
    }
}
