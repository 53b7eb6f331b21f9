package io.heddle.xds.server;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.xds.ca.IstioCertificateRequest;
import io.heddle.xds.ca.IstioCertificateResponse;
import java.time.Duration;

/// The gRPC shell around a [CertificateSigner]: `istio.v1.auth.IstioCertificateService`.
final class CertificateService implements BindableService {
    private final CertificateSigner signer;

    CertificateService(CertificateSigner signer) {
        this.signer = signer;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(Methods.CERTIFICATES)
                .addMethod(Methods.CREATE_CERTIFICATE, ServerCalls.asyncUnaryCall(this::createCertificate))
                .build();
    }

    private void createCertificate(IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> answer) {
        var peer = Peer.current();
        var asked = new SigningRequest(
                request.getCsr(),
                Duration.ofSeconds(Math.max(0, request.getValidityDuration())),
                peer.bearerToken(),
                peer.proved());
        switch (signer.sign(asked)) {
            case CertificateSigner.Signed.Issued(var chain) -> {
                answer.onNext(IstioCertificateResponse.newBuilder()
                        .addAllCertChain(chain)
                        .build());
                answer.onCompleted();
            }
            case CertificateSigner.Signed.NotAuthenticated(var reason) ->
                refuse(answer, Status.UNAUTHENTICATED, reason);
            case CertificateSigner.Signed.Denied(var reason) -> refuse(answer, Status.PERMISSION_DENIED, reason);
            case CertificateSigner.Signed.Invalid(var reason) -> refuse(answer, Status.INVALID_ARGUMENT, reason);
        }
    }

    private static void refuse(StreamObserver<?> answer, Status status, String reason) {
        answer.onError(status.withDescription(reason).asRuntimeException());
    }
}
