package io.heddle.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OldClassesTest {
    private static final String ENTRY = "Old.class";

    @TempDir
    private Path folder;

    @Test
    void an_old_class_with_a_branch_still_runs_and_is_of_a_version_that_a_cache_holds() throws Exception {
        var jar = jar("old.jar", classOfJava5());
        assertThat(new OldClasses(folder).rewrite()).isEqualTo(1);
        assertThat(version(jar)).isEqualTo(ClassFile.JAVA_17_VERSION);
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            var larger = loader.loadClass("Old").getMethod("larger", int.class, int.class);
            assertThat(larger.invoke(null, 3, 5)).isEqualTo(5);
            assertThat(larger.invoke(null, 7, 5)).isEqualTo(7);
        }
        assertThat(new OldClasses(folder).rewrite()).as("the second time").isZero();
    }

    @Test
    void a_jar_without_old_classes_is_not_touched() throws Exception {
        var bytes = OldClassesTest.class.getResourceAsStream("OldClassesTest.class");
        var jar = jar("new.jar", bytes.readAllBytes());
        var before = Files.readAllBytes(jar);
        assertThat(new OldClasses(folder).rewrite()).isZero();
        assertThat(jar).hasBinaryContent(before);
    }

    @Test
    void a_signed_jar_is_not_touched() throws Exception {
        var jar = folder.resolve("signed.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            put(out, "META-INF/SIGNER.SF", new byte[0]);
            put(out, ENTRY, classOfJava5());
        }
        var before = Files.readAllBytes(jar);
        assertThat(new OldClasses(folder).rewrite()).isZero();
        assertThat(jar).hasBinaryContent(before);
    }

    private Path jar(String name, byte[] old) throws IOException {
        var jar = folder.resolve(name);
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            put(out, ENTRY, old);
        }
        return jar;
    }

    private static void put(JarOutputStream out, String name, byte[] bytes) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(bytes);
        out.closeEntry();
    }

    /// `public static int larger(int a, int b) { return a >= b ? a : b; }`, without a stack map.
    private static byte[] classOfJava5() {
        var type = MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);
        return ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS)
                .build(
                        ClassDesc.of("Old"),
                        builder -> builder.withVersion(ClassFile.JAVA_5_VERSION, 0)
                                .withMethodBody(
                                        "larger",
                                        type,
                                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                        code -> code.iload(0)
                                                .iload(1)
                                                .ifThenElse(
                                                        java.lang.classfile.Opcode.IF_ICMPGE,
                                                        then -> then.iload(0).ireturn(),
                                                        otherwise -> otherwise
                                                                .iload(1)
                                                                .ireturn()))
                                .withFlags(ClassFile.ACC_PUBLIC));
    }

    private static int version(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile());
                var in = file.getInputStream(file.getEntry(ENTRY))) {
            return ClassFile.of().parse(in.readAllBytes()).majorVersion();
        }
    }
}
