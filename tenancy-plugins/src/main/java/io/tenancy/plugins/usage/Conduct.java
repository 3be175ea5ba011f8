package io.tenancy.plugins.usage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.TenantId;
import java.util.BitSet;

/** How plugins have been doing on this node, call by call. Safe for many threads. */
public final class Conduct {

    private static final int MOST_PLUGINS = 100_000;

    private final ConductRules rules;
    private final Cache<Subject, Window> windows =
            Caffeine.newBuilder().maximumSize(MOST_PLUGINS).build();

    /** What a call says of a plugin. */
    public enum Call {
        /** It did what it should, or said that it cannot. */
        GOOD,
        /** It failed by its own fault. */
        FAILED,
        /** It was not called, because the tenant's fuel was used up. */
        THROTTLED
    }

    /** What is to be thought of a plugin. */
    public enum Verdict {
        /** Nothing speaks against it. */
        FINE,
        /** It fails too often. */
        FAILING,
        /** It uses more than its tenant has, again and again. */
        NOISY
    }

    private record Subject(TenantId tenant, String plugin, String digest) {}

    private static final class Window {
        private final BitSet failed = new BitSet();
        private int calls;
        private int next;
        private int throttled;
    }

    /**
     * Nothing known yet.
     *
     * @param rules when a plugin is stopped
     */
    public Conduct(ConductRules rules) {
        this.rules = rules;
    }

    /**
     * A call was made, or was not.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @param digest of its package
     * @param call what came of it
     * @return what is to be thought of the plugin; anything but fine is said once, and then it begins anew
     */
    public Verdict add(TenantId tenant, String plugin, String digest, Call call) {
        Subject subject = new Subject(tenant, plugin, digest);
        Window window = windows.get(subject, key -> new Window());
        Verdict verdict;
        synchronized (window) {
            verdict = call == Call.THROTTLED ? throttled(window) : called(window, call == Call.FAILED);
        }
        if (verdict != Verdict.FINE) {
            windows.invalidate(subject);
        }
        return verdict;
    }

    private Verdict throttled(Window window) {
        return ++window.throttled > rules.mostThrottled() ? Verdict.NOISY : Verdict.FINE;
    }

    private Verdict called(Window window, boolean failed) {
        window.throttled = 0;
        window.failed.set(window.next, failed);
        window.next = (window.next + 1) % rules.window();
        window.calls = Math.min(rules.window(), window.calls + 1);
        boolean tooOften = window.failed.cardinality() * 100L > (long) rules.mostFailuresPercent() * window.calls;
        return window.calls >= rules.leastCalls() && tooOften ? Verdict.FAILING : Verdict.FINE;
    }
}
