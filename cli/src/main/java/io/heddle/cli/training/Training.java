package io.heddle.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The main class of the build's last step: `Training <distribution>`.
///
/// It rewrites what in the jars of `lib` costs every start ([OldClasses]), unpacks their native libraries into
/// `native`, links the Java runtime into `runtime` and writes the ahead-of-time caches (JEP 514) into
/// `aot`, one for each kind of process: `proxy`, `run`, `control`, `command` and the demo's `bookshop`. A
/// cache belongs to the jars, in this order, and to the Java virtual machine that wrote it; any other
/// leaves it aside.
///
/// Prints `training: ` and what it is doing; exits with 1 and the reason when something could not be made.
public final class Training {
    private Training() {}

    /// Makes both in the folder that the only argument names.
    public static void main(String[] arguments) throws InterruptedException {
        var home = Path.of(arguments[0]).toAbsolutePath().normalize();
        var libraries = home.resolve("lib");
        boolean prepared = attempt(
                "preparing the jars",
                () -> say(new OldClasses(libraries).rewrite() + " old classes rewritten, "
                        + new NativeLibraries(libraries, home.resolve("native")).unpack() + " libraries unpacked"));
        boolean linked =
                attempt("linking the Java runtime", () -> new RuntimeImage(home.resolve("runtime")).link(System.out));
        boolean trained = attempt("training", () -> train(home));
        System.exit(prepared && linked && trained ? 0 : 1);
    }

    /// One step of the build.
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private static boolean attempt(String what, Step step) throws InterruptedException {
        say(what);
        try {
            step.run();
            return true;
        } catch (IOException | RuntimeException failure) {
            failure.printStackTrace(System.out);
            System.out.println("not done: " + what + ": " + failure.getMessage());
            return false;
        }
    }

    private static void train(Path home) throws IOException, InterruptedException {
        var launcher = Path.of(System.getProperty("heddle.launcher"));
        var caches = Files.createDirectories(home.resolve("aot"));
        var folder = Files.createTempDirectory("heddle-training-");
        try (var mesh = new TrainingMesh(launcher, caches, folder)) {
            mesh.run(Training::say);
        } finally {
            Folders.delete(folder);
        }
    }

    private static void say(String what) {
        System.out.println("training: " + what);
    }
}
