package io.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.control.push.ProxySession.Progress;
import io.heddle.control.reconcile.Publication;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Checked;
import io.heddle.model.resource.Resource;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ProxyView;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.server.ConnectedNode;
import io.heddle.xds.server.SyncState.Status;
import io.heddle.xds.write.MeshTranslator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is known of publications on one proxy.
class ProxySessionTest {
    private static final MeshTranslator TRANSLATOR =
            new MeshTranslator("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");

    private final RecordedHandle handle = new RecordedHandle("c1");
    private final ProxySession session = session(TRANSLATOR::translate);

    private ProxySession session(Function<ProxyView, ResourceSet> translate) {
        var node = new ConnectedNode(
                "sidecar~127.0.0.1~web.shop~shop.svc.cluster.local",
                "web",
                Map.of("NAMESPACE", "shop", "WORKLOAD_NAME", "web", "PORTS", Map.of("outbound", 21001.0)),
                Optional.of(new SpiffeId("cluster.local", "shop", "default")),
                LabelGrant.NONE,
                "127.0.0.1:5",
                "heddle");
        return new ProxySession(
                handle, NodeReader.read(node, MeshSettings.DEFAULT), Instant.EPOCH, Optional.empty(), translate);
    }

    /// The services `s1`, `s2` … of the mesh.
    private static Publication publication(long number, int services) {
        var yaml = IntStream.rangeClosed(1, services)
                .mapToObj(i -> "{apiVersion: v1, kind: Service, metadata: {name: s" + i + "}, spec: {selector: {app: s"
                        + i + "}, ports: [{name: http, port: 80}]}}")
                .collect(Collectors.joining("\n---\n"));
        var documents = ((Checked.Ok<List<Document>>) Documents.parse(yaml, "shop")).value();
        var resources = documents.stream()
                .map(document -> ((Checked.Ok<Resource>) Dialects.read(document)).value())
                .toList();
        return new Publication(number, MeshSnapshot.of(MeshSettings.DEFAULT, resources), Map.of(), Map.of());
    }

    private static ObjectName service(int number) {
        return new ObjectName("Service", "shop", "s" + number);
    }

    @Test
    void a_proxy_that_asks_for_listeners_only_when_it_has_clusters_has_nothing_live_before_it_has_both() {
        session.push(publication(1, 1));
        handle.asksOnlyFor(ResourceType.CDS);
        handle.answer(Status.SYNCED, "");
        assertThat(session.settle()).isEmpty();
        handle.asksOnlyFor(ResourceType.CDS, ResourceType.EDS, ResourceType.LDS);
        assertThat(session.settle()).as("without routes").isEmpty();
        assertThat(session.progress(service(1), 1, true)).isEqualTo(new Progress.UnderWay());
        handle.asksOnlyFor(ResourceType.CDS, ResourceType.EDS, ResourceType.LDS, ResourceType.RDS);
        assertThat(session.settle()).as("secrets are its own").isPresent();
        assertThat(session.progress(service(1), 1, true)).isEqualTo(new Progress.Live());
    }

    private String cluster(int service) {
        return handle.offers().getLast().resources(ResourceType.CDS).keySet().stream()
                .filter(name -> name.contains("s" + service + "."))
                .findFirst()
                .orElseThrow();
    }

    private void pushAll(int publications) {
        for (int number = 1; number <= publications; number++) {
            assertThat(session.push(publication(number, number))).isTrue();
            assertThat(session.settle()).isEmpty();
        }
    }

    @Test
    void of_a_proxy_that_never_answers_no_more_is_kept_and_nothing_is_called_live() {
        pushAll(100);
        assertThat(session.waiting()).as("and what comes").hasSizeLessThanOrEqualTo(ProxySession.MOST_OPEN + 1);
        for (int number = 1; number <= 100; number++) {
            assertThat(session.progress(service(number), number, true)).isEqualTo(new Progress.UnderWay());
        }
        handle.answer(Status.SYNCED, "");
        assertThat(session.settle()).isPresent();
        for (int number = 1; number <= 100; number++) {
            assertThat(session.progress(service(number), number, true)).isEqualTo(new Progress.Live());
        }
    }

    @Test
    void what_a_proxy_says_and_is_offered_does_not_wait_for_what_somebody_wants_to_know() throws Exception {
        var asked = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        var slow = new AtomicBoolean();
        var other = session(view -> {
            if (slow.get()) {
                asked.countDown();
                await(over);
            }
            return TRANSLATOR.translate(view);
        });
        other.push(publication(1, 2));
        handle.refuses(Map.of(ResourceType.CDS, Map.of(cluster(1), "bad cluster")));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            slow.set(true);
            var progress = threads.submit(() -> other.progress(service(1), 1, true));
            await(asked);
            slow.set(false);
            var said = threads.submit(() -> {
                other.settle();
                return other.push(publication(2, 3));
            });
            try {
                assertThat(said.get(20, TimeUnit.SECONDS)).isTrue();
                assertThat(progress.isDone()).isFalse();
            } finally {
                over.countDown();
            }
            assertThat(progress.get(20, TimeUnit.SECONDS)).isEqualTo(new Progress.Refused("CDS: bad cluster"));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_is_not_told_apart_any_more_is_live_with_the_last_of_it_and_refused_where_it_has_a_part() {
        session.push(publication(1, 1));
        handle.answer(Status.SYNCED, "");
        assertThat(session.settle()).isPresent();
        for (int number = 2; number <= 40; number++) {
            session.push(publication(number, number));
            session.settle();
        }
        handle.refuses(Map.of(ResourceType.CDS, Map.of(cluster(3), "bad cluster")));
        session.settle();
        assertThat(session.progress(service(3), 3, true)).isEqualTo(new Progress.Refused("CDS: bad cluster"));
        assertThat(session.progress(service(2), 2, true))
                .as("it may have had a part in what is refused")
                .isEqualTo(new Progress.UnderWay());
        assertThat(session.progress(service(40), 40, true)).isEqualTo(new Progress.Live());
        handle.refuses(Map.of());
        session.settle();
        assertThat(session.progress(service(2), 2, true)).isEqualTo(new Progress.Live());
    }
}
