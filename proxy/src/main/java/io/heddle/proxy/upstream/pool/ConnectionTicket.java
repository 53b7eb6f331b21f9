package io.heddle.proxy.upstream.pool;

import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.upstream.connect.Originator;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.RoutingPriority;
import org.jspecify.annotations.Nullable;

/// A listener's place in the queue for a connection, for one wait after another. It knows the pool where it waits, so
/// that leaving the queue works whatever has become of the host since. Confined to one event loop.
public final class ConnectionTicket {
    private final UpstreamListener listener;
    private Originator originator = Originator.NOBODY;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private boolean changes;
    private RoutingPriority priority = RoutingPriority.DEFAULT;
    private @Nullable CircuitBreaker ofRoute;
    private boolean counted;
    private @Nullable ConnectionPool pool;

    /// A ticket of `listener`, in no queue, for nobody's requests.
    public ConnectionTicket(UpstreamListener listener) {
        this.listener = listener;
    }

    /// Whose requests these are.
    public Originator originator() {
        return originator;
    }

    /// Leaves the queue: the listener hears nothing any more. No effect when it does not wait.
    public void cancel() {
        var waitsIn = pool;
        if (waitsIn != null) {
            waitsIn.forget(this);
        }
    }

    /// What is asked for.
    ///
    /// @param spoken how the request came; matters where a host is spoken to as the client speaks to us
    /// @param another whether it asks to change to another protocol, which not every HTTP/2 host can
    public void asks(HttpVersion spoken, boolean another) {
        version = spoken;
        changes = another;
    }

    /// Whose requests these are from now on.
    public void goesFor(Originator who) {
        originator = who;
    }

    /// How much the request matters, [RoutingPriority#DEFAULT] until something else is said. Its waiting counts for its
    /// cluster alone, until [#countsAt].
    public void matters(RoutingPriority much) {
        priority = much;
        ofRoute = null;
    }

    /// The waiting counts at the breaker of the request's route, too, which may refuse it.
    public void countsAt(CircuitBreaker breaker) {
        ofRoute = breaker;
    }

    RoutingPriority priority() {
        return priority;
    }

    boolean changes() {
        return changes;
    }

    HttpVersion version() {
        return version;
    }

    UpstreamListener listener() {
        return listener;
    }

    /// Has it wait in the queue of `queue`, if its route and `ofCluster` allow one more; false, and nothing counted,
    /// when they do not. Whoever takes it out of the queue gives back what counts for the cluster.
    boolean mayWait(ConnectionPool queue, CircuitBreaker ofCluster) {
        if (ofRoute != null && !ofRoute.tryAcquire(Resource.PENDING)) {
            return false;
        }
        counted = ofRoute != null;
        if (!ofCluster.tryAcquire(Resource.PENDING)) {
            leftRoute();
            return false;
        }
        waitsIn(queue);
        return true;
    }

    private void leftRoute() {
        if (counted && ofRoute != null) {
            ofRoute.release(Resource.PENDING);
        }
        counted = false;
    }

    /// It stands in the queue of `queue` now.
    void waitsIn(ConnectionPool queue) {
        if (pool != null) {
            throw new IllegalStateException("the ticket is in a queue already");
        }
        pool = queue;
    }

    /// Whether it stands in the queue of `queue`.
    @SuppressWarnings("ReferenceEquality") // pools are compared as the objects they are
    boolean waits(ConnectionPool queue) {
        return pool == queue;
    }

    /// It stands in no queue any more.
    void left() {
        pool = null;
        leftRoute();
    }
}
