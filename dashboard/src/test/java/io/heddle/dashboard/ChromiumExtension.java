package io.heddle.dashboard;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Starts one Chromium for a test class and gives each test its own [Dashboard]; both end with what they were made for.
final class ChromiumExtension implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(ChromiumExtension.class);

    private static final List<String> ARGUMENTS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");
    /// The browser and the process that drives it.
    private record Chromium(Playwright driver, Browser browser) implements AutoCloseable {
        static Chromium start() {
            var driver = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            var options = new LaunchOptions()
                    .setExecutablePath(Preconditions.CHROMIUM)
                    .setArgs(ARGUMENTS);
            return new Chromium(driver, driver.chromium().launch(options));
        }

        @Override
        public void close() {
            driver.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Preconditions.bundle();
        Preconditions.chromium();
        context.getStore(NAMESPACE).put(Chromium.class, Chromium.start());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Dashboard.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var chromium = Objects.requireNonNull(
                context.getStore(NAMESPACE).get(Chromium.class, Chromium.class), "Chromium was not started");
        var dashboard = new Dashboard(chromium.browser());
        context.getStore(NAMESPACE).put(Dashboard.class, dashboard);
        return dashboard;
    }
}
