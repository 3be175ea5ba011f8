package io.tenancy.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.Tenant;
import io.tenancy.Tenants;
import io.tenancy.context.spi.ContextBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TenancyTest {

    private final Tenant acme = Tenants.named("acme");
    private final Tenant zeta = Tenants.named("zeta");

    @Test
    void requireWithoutScopeThrowsAndSaysHowToEnterOne() {
        assertThatExceptionOfType(NoTenantException.class)
                .isThrownBy(Tenancy::require)
                .withMessageContaining("no scope is open on thread")
                .withMessageContaining("Tenancy.callAs");
    }

    @Test
    void requireInPlatformScopeThrowsAndNamesTheReason() {
        Tenancy.runAsPlatform(
                "nightly billing",
                () -> assertThatExceptionOfType(NoTenantException.class)
                        .isThrownBy(Tenancy::require)
                        .withMessageContaining("nightly billing"));
    }

    @Test
    void scopeEndsWhereItsBlockEnds() {
        Tenancy.runAs(acme, () -> assertThat(Tenancy.require()).isEqualTo(acme));

        assertThat(Tenancy.scope()).isEmpty();
    }

    @Test
    void scopeEndsWhenItsBlockThrows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tenancy.runAs(acme, () -> {
                    throw new IllegalArgumentException("planned");
                }));

        assertThat(Tenancy.scope()).isEmpty();
    }

    @Test
    void nestedScopeIsRestored() {
        Tenancy.runAs(acme, () -> {
            Tenancy.runAs(zeta, () -> assertThat(Tenancy.require()).isEqualTo(zeta));
            assertThat(Tenancy.require()).isEqualTo(acme);
            Tenancy.runAsPlatform("look up", () -> assertThat(Tenancy.current()).isEmpty());
            assertThat(Tenancy.require()).isEqualTo(acme);
        });
    }

    @Test
    void isCurrentTellsTheBoundTenantFromAnother() {
        Tenancy.runAs(acme, () -> {
            assertThat(Tenancy.isCurrent(acme.id())).isTrue();
            assertThat(Tenancy.isCurrent(zeta.id())).isFalse();
        });
        assertThat(Tenancy.isCurrent(acme.id())).isFalse();
    }

    @Test
    void newThreadInheritsNothing() throws Exception {
        AtomicReference<Optional<Scope>> seen = new AtomicReference<>(Optional.empty());
        Tenancy.callAs(acme, () -> {
            Thread thread = new Thread(() -> seen.set(Tenancy.scope()));
            thread.start();
            thread.join();
            return Boolean.TRUE;
        });

        assertThat(seen.get()).isEmpty();
    }

    @Test
    void wrappedExecutorCarriesTheScopeOfTheSubmitter() {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Executor carrying = Tenancy.wrap(pool);
            Tenant seen = Tenancy.callAs(acme, () -> CompletableFuture.supplyAsync(Tenancy::require, carrying))
                    .join();
            Optional<Scope> after =
                    CompletableFuture.supplyAsync(Tenancy::scope, pool).join();

            assertThat(seen).isEqualTo(acme);
            assertThat(after).isEmpty();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void taskWrappedOutsideOfAnyScopeRunsWithoutOne() {
        Runnable wrapped = Tenancy.wrap(() -> assertThat(Tenancy.scope()).isEmpty());

        Tenancy.runAs(acme, wrapped);
    }

    @Test
    void wrappedCallableMayRunManyTimes() throws Exception {
        Callable<Tenant> wrapped = Tenancy.callAs(acme, () -> Tenancy.wrapCallable(Tenancy::require));

        assertThat(wrapped.call()).isEqualTo(acme);
        assertThat(wrapped.call()).isEqualTo(acme);
    }

    @Test
    void platformScopeWithoutReasonIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tenancy.runAsPlatform(" ", () -> {}))
                .withMessageContaining("audit");
    }

    @Test
    void platformAccessIsToldBeforeTheWorkBegins() {
        List<String> heard = new ArrayList<>();
        Runnable remove = Tenancy.onPlatformAccess((scope, thread) -> heard.add(scope.reason()));
        try {
            Tenancy.runAsPlatform("refund", () -> assertThat(heard).containsExactly("refund"));
        } finally {
            remove.run();
        }
        Tenancy.runAsPlatform("unheard", () -> {});

        assertThat(heard).containsExactly("refund");
    }

    @Test
    void platformAccessThatCannotBeRecordedIsRefused() {
        Runnable remove = Tenancy.onPlatformAccess((scope, thread) -> {
            throw new IllegalStateException("audit trail is down");
        });
        try {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> Tenancy.runAsPlatform("anything", () -> {
                        throw new AssertionError("ran");
                    }));
        } finally {
            remove.run();
        }
        assertThat(Tenancy.scope()).isEmpty();
    }

    @Test
    void aRoutineIsToldOnceToEachListenerAndEverythingElseEachTime() {
        List<String> heard = new ArrayList<>();
        Runnable remove = Tenancy.onPlatformAccess((scope, thread) -> heard.add(scope.reason()));
        List<String> later = new ArrayList<>();
        Runnable removeLater = () -> {};
        try {
            Tenancy.callAsPlatformRoutine("round", () -> heard.add("working"));
            removeLater = Tenancy.onPlatformAccess((scope, thread) -> later.add(scope.reason()));
            Tenancy.callAsPlatformRoutine("round", () -> heard.add("working"));
            Tenancy.callAsPlatformRoutine("round", () -> heard.add("working"));
            Tenancy.runAsPlatform("round", () -> {});
            Tenancy.runAsPlatform("round", () -> {});
        } finally {
            remove.run();
            removeLater.run();
        }

        assertThat(heard).containsExactly("round", "working", "working", "working", "round", "round");
        assertThat(later).containsExactly("round", "round", "round");
    }

    @Test
    void aRoutineWhoseFirstEntryCannotBeRecordedIsRefusedUntilItCan() {
        List<String> recorded = new ArrayList<>();
        AtomicReference<Boolean> down = new AtomicReference<>(true);
        Runnable remove = Tenancy.onPlatformAccess((scope, thread) -> {
            if (down.get()) {
                throw new IllegalStateException("audit trail is down");
            }
            recorded.add(scope.reason());
        });
        try {
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(IllegalStateException.class)
                        .isThrownBy(() -> Tenancy.callAsPlatformRoutine("refused round", () -> {
                            throw new AssertionError("ran");
                        }));
            }
            down.set(false);
            assertThat(Tenancy.<String, RuntimeException>callAsPlatformRoutine("refused round", () -> "ran"))
                    .isEqualTo("ran");
        } finally {
            remove.run();
        }
        assertThat(recorded).containsExactly("refused round");
        assertThat(Tenancy.scope()).isEmpty();
    }

    @Test
    void reasonsThatAreNeverTheSameAreNoRoutineAndAllOfThemAreTold() {
        List<String> heard = new ArrayList<>();
        Runnable remove = Tenancy.onPlatformAccess((scope, thread) -> heard.add(scope.reason()));
        try {
            for (int i = 0; i < 1_001; i++) {
                Tenancy.callAsPlatformRoutine("reason " + i, () -> true);
            }
            heard.clear();
            Tenancy.callAsPlatformRoutine("reason 1000", () -> true);
            Tenancy.callAsPlatformRoutine("reason 0", () -> true);
        } finally {
            remove.run();
        }
        assertThat(heard).containsExactly("reason 1000");
    }

    @Test
    void scopeClosedOnAnotherThreadFailsLoudly() throws Exception {
        ContextBinder.Binding binding = ContextBinder.open(new Scope.OfTenant(acme));
        AtomicReference<Throwable> failure = new AtomicReference<>(new AssertionError("closed"));
        Thread thread = new Thread(
                () -> {
                    try {
                        binding.close();
                    } catch (ScopeViolationException expected) {
                        failure.set(expected);
                    }
                },
                "intruder");
        thread.start();
        thread.join();

        assertThat(failure.get()).isInstanceOf(ScopeViolationException.class).hasMessageContaining("'intruder'");
        assertThat(Tenancy.require()).isEqualTo(acme);
        binding.close();
    }

    @Test
    void scopeClosedOutOfOrderFailsLoudlyAndKeepsTheInnerOne() {
        ContextBinder.Binding outer = ContextBinder.open(new Scope.OfTenant(acme));
        ContextBinder.Binding inner = ContextBinder.open(new Scope.OfTenant(zeta));

        assertThatExceptionOfType(ScopeViolationException.class)
                .isThrownBy(outer::close)
                .withMessageContaining("still open");
        assertThat(Tenancy.require()).isEqualTo(zeta);
        inner.close();
        outer.close();
        assertThat(Tenancy.scope()).isEmpty();
    }

    @Test
    void scopeClosedTwiceFailsLoudly() {
        ContextBinder.Binding binding = ContextBinder.open(new Scope.OfTenant(acme));
        binding.close();

        assertThatExceptionOfType(ScopeViolationException.class)
                .isThrownBy(binding::close)
                .withMessageContaining("closed twice");
    }
}
