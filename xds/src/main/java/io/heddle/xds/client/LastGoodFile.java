package io.heddle.xds.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The configuration accepted last, on disk, so that a proxy can start while its control plane is away. The file is
/// replaced as a whole and reaches the disk before a write returns; a damaged one is recognised.
///
/// Format: 8 bytes `HEDDLE01`, the SHA-256 of the rest, and a serialised `DeltaDiscoveryResponse` with all resources.
public final class LastGoodFile {
    private static final byte[] MAGIC = "HEDDLE01".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final long MAX_BYTES = 256L * 1024 * 1024;

    /// A foreign server may send keys.
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;

    /// A file that need not exist yet; its folder must.
    public LastGoodFile(Path file) {
        this.file = file;
    }

    /// Replaces the content. Not to be called concurrently for one file.
    ///
    /// @throws IOException when it did not reach the disk; the old content is still there then
    public void write(ResourceSet set) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (var channel = FileChannel.open(
                temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            var bytes = ByteBuffer.wrap(encode(set));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /// The content; empty when there is no file.
    ///
    /// @throws IOException when it cannot be read or is damaged, with the reason
    public Optional<ResourceSet> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
        }
        return Optional.of(decode(Files.readAllBytes(file)));
    }

    static byte[] encode(ResourceSet set) {
        var all = DeltaDiscoveryResponse.newBuilder();
        for (var type : ResourceType.values()) {
            set.resources(type)
                    .values()
                    .forEach(resource -> all.addResources(Resource.newBuilder()
                            .setName(resource.name())
                            .setVersion(resource.version())
                            .setResource(resource.body())));
        }
        var body = all.build().toByteArray();
        var out = new ByteArrayOutputStream(MAGIC.length + DIGEST_BYTES + body.length);
        out.writeBytes(MAGIC);
        out.writeBytes(sha256(body));
        out.writeBytes(body);
        return out.toByteArray();
    }

    static ResourceSet decode(byte[] bytes) throws IOException {
        int start = MAGIC.length + DIGEST_BYTES;
        if (bytes.length < start || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException("not a file of the last good configuration");
        }
        var body = Arrays.copyOfRange(bytes, start, bytes.length);
        if (!MessageDigest.isEqual(Arrays.copyOfRange(bytes, MAGIC.length, start), sha256(body))) {
            throw new IOException("the last good configuration is damaged: its checksum is wrong");
        }
        return resources(body);
    }

    /// Reads the resources behind the checksum.
    static ResourceSet resources(byte[] body) throws InvalidProtocolBufferException {
        var set = ResourceSet.EMPTY;
        var byType = new EnumMap<ResourceType, List<NamedResource>>(ResourceType.class);
        for (var resource : DeltaDiscoveryResponse.parseFrom(body).getResourcesList()) {
            var url = resource.getResource().getTypeUrl();
            var type = ResourceType.ofTypeUrl(url)
                    .orElseThrow(() -> new InvalidProtocolBufferException("not an xDS type: " + url));
            byType.computeIfAbsent(type, _ -> new ArrayList<>()).add(NamedResource.read(type, resource));
        }
        for (var entry : byType.entrySet()) {
            set = set.with(entry.getKey(), entry.getValue());
        }
        return set;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
