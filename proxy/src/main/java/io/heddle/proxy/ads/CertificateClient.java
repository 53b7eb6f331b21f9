package io.heddle.proxy.ads;

import io.heddle.proxy.grpc.GrpcClient;
import io.heddle.proxy.grpc.GrpcCode;
import io.heddle.proxy.grpc.GrpcRequest;
import io.heddle.proxy.grpc.GrpcStatus;
import io.heddle.proxy.grpc.UnaryListener;
import io.heddle.proxy.tls.CertificateIssuer;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.xds.client.CertificateMessages;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// Asks the control plane for certificates. Blocks, so it is not for event loops; thread-safe.
public final class CertificateClient implements CertificateIssuer {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration NAMES = Duration.ofSeconds(5);
    private static final Duration NAMES_STEP = Duration.ofMillis(50);

    private final GrpcClient grpc;
    private final GrpcService joining;
    private final GrpcService renewing;

    /// Calls `joining`, whose cluster shows no certificate, for the first one, and `renewing`, whose cluster
    /// shows the proxy's own, for those that follow.
    public CertificateClient(GrpcClient grpc, GrpcService joining, GrpcService renewing) {
        this.grpc = grpc;
        this.joining = joining;
        this.renewing = renewing;
    }

    @Override
    public Outcome join(String csrPem, Duration validity, String token) {
        var proof = new GrpcService.Metadata("authorization", "Bearer " + token);
        return call(joining, List.of(proof), CertificateMessages.request(csrPem, validity));
    }

    @Override
    public Outcome renew(String csrPem, Duration validity) {
        return call(renewing, List.of(), CertificateMessages.request(csrPem, validity));
    }

    private Outcome call(GrpcService service, List<GrpcService.Metadata> metadata, byte[] message) {
        awaitHosts(service);
        var request = new GrpcRequest(service, CertificateMessages.PATH, metadata, TIMEOUT);
        var answer = new Answer();
        try {
            grpc.worker().loop().execute(() -> grpc.unary(request, message, answer));
            return answer.outcome.get(TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS);
        } catch (RejectedExecutionException _) {
            return new Outcome.Unreachable("the proxy is closed");
        } catch (ExecutionException | TimeoutException late) {
            return new Outcome.Unreachable("no answer: " + late);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Outcome.Unreachable("interrupted");
        }
    }

    /// A cluster whose names are still being asked for has no host.
    private void awaitHosts(GrpcService service) {
        long until = System.nanoTime() + NAMES.toNanos();
        while (!grpc.hasHosts(service.cluster()) && System.nanoTime() < until) {
            LockSupport.parkNanos(NAMES_STEP.toNanos());
        }
    }

    private static final class Answer implements UnaryListener {
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        @Override
        public void answered(byte[] message) {
            try {
                outcome.complete(new Outcome.Issued(CertificateMessages.chain(message)));
            } catch (IOException malformed) {
                outcome.complete(new Outcome.Unreachable("the answer makes no sense: " + malformed.getMessage()));
            }
        }

        @Override
        public void failed(GrpcStatus status) {
            outcome.complete(outcome(status));
        }
    }

    private static Outcome outcome(GrpcStatus status) {
        var reason = status.message().isEmpty() ? status.code().name() : status.message();
        boolean refused = status.code() == GrpcCode.UNAUTHENTICATED
                || status.code() == GrpcCode.PERMISSION_DENIED
                || status.code() == GrpcCode.INVALID_ARGUMENT;
        return refused ? new Outcome.Refused(reason) : new Outcome.Unreachable(reason);
    }
}
