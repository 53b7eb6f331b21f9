package io.heddle.control;

import io.heddle.model.problem.Problem;
import io.heddle.model.view.ProxyView;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.RuntimeCompiler;
import io.heddle.xds.resource.ResourceSet;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes a view's configuration as the push would, reads it as the proxy would, and says what is wrong with it.
final class TranslationTrial implements Function<ProxyView, List<Problem>> {
    private static final Logger log = LoggerFactory.getLogger(TranslationTrial.class);

    private final Function<ProxyView, ResourceSet> translate;

    TranslationTrial(Function<ProxyView, ResourceSet> translate) {
        this.translate = translate;
    }

    @Override
    public List<Problem> apply(ProxyView view) {
        try {
            // A warning of the reader speaks of what we wrote ourselves: nothing that a user could do anything about.
            return RuntimeCompiler.compile(translate.apply(view), RuntimeConfig.EMPTY).problems().stream()
                    .filter(Problem::isError)
                    .toList();
        } catch (RuntimeException e) {
            log.atError().setCause(e).addKeyValue("proxy", view.node().id()).log("configuration cannot be written");
            return List.of(Problem.error(
                    "proxy " + view.node().id(),
                    "",
                    "the configuration cannot be written for this proxy: " + e.getMessage(),
                    "this is a defect of Heddle; please report it with the control plane's log"));
        }
    }
}
