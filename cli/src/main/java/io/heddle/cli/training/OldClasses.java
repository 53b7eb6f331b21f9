package io.heddle.cli.training;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Gives class files of before Java 6 the form of today's, so that an ahead-of-time cache can hold them.
///
/// A cache leaves such classes out (they have no stack maps, so they cannot be verified ahead of time): every start
/// would read and verify them anew, which was a quarter of a sidecar's time to its first answer. What the classes do is
/// not touched; their stack maps are computed, and the version is raised.
final class OldClasses {
    /// Java 6, the first with stack maps.
    private static final int FIRST_CACHEABLE = ClassFile.JAVA_6_VERSION;

    private static final String CLASS = ".class";

    private final Path libraries;

    /// In the jars of this folder.
    OldClasses(Path libraries) {
        this.libraries = libraries;
    }

    /// Rewrites every jar that holds one; a jar is replaced whole or not at all. Signed jars are left as they are.
    ///
    /// @return how many classes were rewritten
    /// @throws IOException when a jar cannot be read or written
    int rewrite() throws IOException {
        int rewritten = 0;
        try (var jars = Files.newDirectoryStream(libraries, "*.jar")) {
            for (var jar : jars) {
                rewritten += rewrite(jar);
            }
        }
        return rewritten;
    }

    private static int rewrite(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            var fresh = fresh(file);
            if (fresh.isEmpty() || isSigned(file)) {
                return 0;
            }
            var copy = jar.resolveSibling(jar.getFileName() + ".new");
            write(file, fresh, copy);
            Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return fresh.size();
        }
    }

    /// The new bytes of old classes, by entry.
    private static Map<String, byte[]> fresh(JarFile jar) throws IOException {
        var classes = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ConstantPoolSharingOption.NEW_POOL,
                ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type))
                                .orElse(ClassHierarchyResolver.defaultResolver())));
        var fresh = new TreeMap<String, byte[]>();
        for (var entry : Collections.list(jar.entries())) {
            if (entry.getName().endsWith(CLASS)) {
                var parsed = classes.parse(bytes(jar, entry));
                if (parsed.majorVersion() < FIRST_CACHEABLE) {
                    fresh.put(entry.getName(), today(classes, parsed));
                }
            }
        }
        return fresh;
    }

    private static byte[] today(ClassFile classes, ClassModel old) {
        ClassTransform raise = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_17_VERSION, 0);
            } else {
                builder.with(element);
            }
        };
        // A body that is written anew gets its stack map; one that is only passed on would not.
        return classes.transformClass(
                old, raise.andThen(ClassTransform.transformingMethodBodies((code, element) -> code.with(element))));
    }

    /// A class of the jar, for the common superclass of two; null when it is elsewhere, as the resolver asks.
    @SuppressWarnings("NullAway") // "null if the class is not found" is the resolver's contract
    private static InputStream open(JarFile jar, ClassDesc type) {
        var descriptor = type.descriptorString();
        var entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + CLASS);
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSigned(JarFile jar) {
        return jar.stream()
                .anyMatch(entry -> entry.getName().startsWith("META-INF/")
                        && entry.getName().endsWith(".SF"));
    }

    private static void write(JarFile jar, Map<String, byte[]> fresh, Path copy) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(copy))) {
            for (var entry : Collections.list(jar.entries())) {
                var same = new JarEntry(entry.getName());
                same.setTime(entry.getTime());
                out.putNextEntry(same);
                var changed = fresh.get(entry.getName());
                out.write(changed == null ? bytes(jar, entry) : changed);
                out.closeEntry();
            }
        }
    }

    private static byte[] bytes(JarFile jar, JarEntry entry) throws IOException {
        try (var in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
