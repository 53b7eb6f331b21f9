package io.heddle.control;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.heddle.model.problem.Checked;
import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.client.CertificateMessages;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.resource.ResourceSet;
import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A client of ADS and of the certificate service over grpc-java, with nothing behind it. It connects again when
/// its stream is lost.
final class GrpcPeer implements AutoCloseable {
    private static final int PAUSE_MILLIS = 100;
    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    };

    private final ManagedChannel channel;
    private final AdsSubscriptions subscriptions;
    private final AdsConversation conversation;
    private final List<String> losses = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("grpc-peer").daemon().factory());
    private volatile ResourceSet accepted = ResourceSet.EMPTY;
    private @Nullable StreamObserver<byte[]> requests;

    /// Connects over `channel`, which it closes in the end; `judge` says what becomes of a set.
    GrpcPeer(ManagedChannel channel, NodeInfo node, AdsVariant variant, Function<ResourceSet, Checked<?>> judge) {
        this.channel = channel;
        this.subscriptions = new AdsSubscriptions(
                (set, _) -> judged(judge, set), ResourceSet.EMPTY, variant, Duration.ofSeconds(15));
        this.conversation = new AdsConversation(subscriptions, new AdsConversation.Options(node, true));
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.execute(this::connect);
    }

    private Checked<?> judged(Function<ResourceSet, Checked<?>> judge, ResourceSet set) {
        var verdict = judge.apply(set);
        if (verdict instanceof Checked.Ok<?>) {
            accepted = set;
        }
        return verdict;
    }

    /// A channel without TLS.
    static ManagedChannel plaintext(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    /// A channel that trusts `rootPem` and shows the certificate, if there is one.
    static ManagedChannel secure(int port, String rootPem, Optional<Pair> own) throws IOException {
        var builder = GrpcSslContexts.forClient().trustManager(in(rootPem));
        own.ifPresent(pair -> builder.keyManager(in(pair.chainPem), in(pair.keyPem)));
        SslContext tls = builder.build();
        return NettyChannelBuilder.forAddress("127.0.0.1", port).sslContext(tls).build();
    }

    /// A certificate and its key, in PEM.
    record Pair(String chainPem, String keyPem) {}

    private static InputStream in(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /// Asks for a certificate; throws what gRPC throws. Closes the channel.
    static List<String> certificate(ManagedChannel channel, String csrPem, Optional<String> token) throws IOException {
        var headers = new Metadata();
        token.ifPresent(text ->
                headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + text));
        try {
            var intercepted = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
            return CertificateMessages.chain(ClientCalls.blockingUnaryCall(
                    intercepted,
                    method(CertificateMessages.PATH, MethodDescriptor.MethodType.UNARY),
                    CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                    CertificateMessages.request(csrPem, Duration.ofHours(1))));
        } finally {
            channel.shutdownNow();
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String path, MethodDescriptor.MethodType type) {
        return MethodDescriptor.newBuilder(BYTES, BYTES)
                .setFullMethodName(path.substring(1))
                .setType(type)
                .build();
    }

    private void connect() {
        var stream = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(
                        method(conversation.path(), MethodDescriptor.MethodType.BIDI_STREAMING), CallOptions.DEFAULT),
                new Answers());
        requests = stream;
        conversation.connected().forEach(stream::onNext);
    }

    private final class Answers implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] message) {
            thread.execute(() -> {
                try {
                    send(conversation.received(message, Duration.ofNanos(System.nanoTime())));
                } catch (IOException malformed) {
                    throw new UncheckedIOException(malformed);
                }
            });
        }

        @Override
        public void onError(Throwable cause) {
            losses.add(Status.fromThrowable(cause).toString());
            if (!thread.isShutdown()) {
                thread.execute(conversation::disconnected);
                var _ = thread.schedule(GrpcPeer.this::connect, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.asRuntimeException());
        }
    }

    private void send(List<byte[]> messages) {
        if (requests != null) {
            messages.forEach(requests::onNext);
        }
    }

    void reportHealth(boolean healthy, String detail) {
        thread.execute(() -> send(conversation.health(healthy, detail)));
    }

    ResourceSet accepted() {
        return accepted;
    }

    /// Why streams were lost.
    List<String> losses() {
        return losses;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        channel.shutdownNow();
    }
}
