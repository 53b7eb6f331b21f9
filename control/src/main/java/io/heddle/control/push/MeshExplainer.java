package io.heddle.control.push;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.traffic.explain.ConfiguredClusters;
import io.heddle.traffic.explain.Explainer;
import io.heddle.traffic.explain.Explanation;
import io.heddle.traffic.explain.Heads;
import io.heddle.traffic.explain.Question;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.RuntimeCompiler;
import io.heddle.xds.resource.ResourceSet;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/// Explains what the proxies of a mesh do with requests: writes the configuration of one as the push does, reads it
/// as the proxy does, and asks that. Safe on any thread.
public final class MeshExplainer {
    private final Function<ProxyView, ResourceSet> translate;
    private final Heads heads;

    /// @param translate writes a view as resources
    /// @param heads what proxies do to heads before routes see them
    public MeshExplainer(Function<ProxyView, ResourceSet> translate, Heads heads) {
        this.translate = translate;
        this.heads = heads;
    }

    /// The proxy that `name` means in `mesh`: one of `connected`, by its id, or a workload or a service, as
    /// `name.namespace`; where it is not connected, as its sidecar would be.
    public static Optional<ProxyNode> proxy(String name, MeshSnapshot mesh, Collection<ProxyNode> connected) {
        return new MeantProxy(mesh, connected).find(name);
    }

    /// What the proxy `node` does under `mesh`, or what is wrong with the question. Where it names no listener, the
    /// request is the application's own.
    public Checked<Explanation> explain(MeshSnapshot mesh, ProxyNode node, Question question) {
        return RuntimeCompiler.compile(translate.apply(mesh.viewFor(node)), RuntimeConfig.EMPTY)
                .then(config -> explain(config, node, question));
    }

    private Checked<Explanation> explain(RuntimeConfig config, ProxyNode node, Question question) {
        var explainer = new Explainer(
                config,
                new ConfiguredClusters(config.clusters()),
                heads,
                System.nanoTime(),
                System.currentTimeMillis());
        boolean open = question.listener().isEmpty() && question.to().isEmpty();
        var asked = open ? question.to("127.0.0.1:" + node.ports().outbound()) : question;
        return asked.call(explainer).then(call -> Checked.ok(explainer.explain(call)));
    }

    /// Why there is no proxy of that name.
    public static Problem unknown(String name) {
        return Problem.error(
                name, "", "is neither a proxy, nor a workload or service of the mesh", "write it as name.namespace");
    }
}
