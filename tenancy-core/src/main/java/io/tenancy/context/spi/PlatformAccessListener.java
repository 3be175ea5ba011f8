package io.tenancy.context.spi;

import io.tenancy.context.Scope;

/**
 * Hears of every entry into platform scope, before the work begins; of jobs that enter it again and again for one reason
 * ({@link io.tenancy.context.Tenancy#callAsPlatformRoutine}), of the first entry since it listens.
 */
@FunctionalInterface
public interface PlatformAccessListener {

    /**
     * Platform scope is about to be entered.
     *
     * @param scope the scope with its reason
     * @param thread name of the thread that enters
     * @throws RuntimeException to refuse the entry, for example because it cannot be recorded
     */
    void entering(Scope.OfPlatform scope, String thread);
}
