package io.tenancy.spring.internal;

import io.tenancy.TenancyException;
import io.tenancy.context.NoTenantException;
import io.tenancy.entitlement.InvalidCatalogueException;
import io.tenancy.jpa.embedded.EmbeddedPostgresException;
import io.tenancy.jpa.entitlement.CatalogueConflictException;
import io.tenancy.jpa.isolation.gate.Fault;
import io.tenancy.jpa.isolation.gate.IsolationGateException;
import io.tenancy.spring.ConfigurationFault;
import io.tenancy.spring.TenancyConfigurationException;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says in the place of a stack trace why the application did not start and what to do. */
@Order(0)
public final class TenancyFailureAnalyzer extends AbstractFailureAnalyzer<TenancyException> {

    private static final String LOGIN_REFUSED = "28";
    private static final String NO_DATABASE = "3D000";
    private static final String UNREACHABLE = "08";

    private static final List<String> NOT_OF_THE_APPLICATION = List.of(
            "io.tenancy.",
            "java.",
            "javax.",
            "jakarta.",
            "jdk.",
            "sun.",
            "com.sun.",
            "kotlin.",
            "org.springframework.",
            "org.hibernate.",
            "org.aopalliance.",
            "org.aspectj.",
            "io.micrometer.",
            "com.zaxxer.hikari.",
            "org.postgresql.");

    /** Made by Spring Boot. */
    public TenancyFailureAnalyzer() {}

    @Override
    protected FailureAnalysis analyze(Throwable root, TenancyException cause) {
        if (cause instanceof TenancyConfigurationException configuration) {
            return configuration(root, configuration);
        }
        if (cause instanceof IsolationGateException gate) {
            return gate(root, gate);
        }
        return new FailureAnalysis(String.valueOf(cause.getMessage()), action(root, cause), root);
    }

    private static FailureAnalysis configuration(Throwable root, TenancyConfigurationException cause) {
        List<ConfigurationFault> faults = cause.faults();
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()),
                faults.size() == 1
                        ? faults.get(0).fix()
                        : "Correct these " + faults.size() + " properties:\n"
                                + faults.stream()
                                        .map(fault -> " - " + fault.property() + ": " + fault.fix())
                                        .collect(Collectors.joining("\n")),
                root);
    }

    private static FailureAnalysis gate(Throwable root, IsolationGateException cause) {
        String statements = cause.faults().stream()
                .filter(Fault::hasStatement)
                .map(Fault::remedy)
                .collect(Collectors.joining("\n"));
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()),
                statements.isEmpty()
                        ? "Mend what is named above, then start again."
                        : "Run these as the owner login (or a superuser where PostgreSQL asks for one), then start again:\n"
                                + statements,
                root);
    }

    private static String action(Throwable root, TenancyException cause) {
        if (cause instanceof NoTenantException noTenant) {
            return withoutTenant(noTenant);
        }
        if (cause instanceof EmbeddedPostgresException) {
            return "Follow the message, or set tenancy.database.url to a PostgreSQL server of your own.";
        }
        if (cause.getCause() instanceof InvalidCatalogueException) {
            return "Correct the document at the places named above, then start again. Nothing of it was taken over.";
        }
        if (cause.getCause() instanceof CatalogueConflictException) {
            return "Give what changes a new version, plan, add-on or entitlement in the document, then start again. Nothing of"
                    + " it was taken over.";
        }
        String state = sqlState(root);
        if (state == null) {
            return "Follow the message, then start again.";
        }
        if (state.startsWith(UNREACHABLE)) {
            return "Start the PostgreSQL server, or correct host and port in tenancy.database.url.";
        }
        if (state.startsWith(LOGIN_REFUSED)) {
            return "Correct tenancy.database.owner.*, runtime.* and platform.*; if the logins do not exist yet, run the SQL"
                    + " above as an administrator.";
        }
        return state.equals(NO_DATABASE)
                ? "Correct the database in tenancy.database.url, or run the SQL above as an administrator to make it."
                : "Follow the message, then start again. PostgreSQL gave the state " + state + ".";
    }

    private static String withoutTenant(NoTenantException cause) {
        return "Work at start belongs to a tenant like any other. This was asked for on thread '"
                + cause.thread() + "'" + firstOfTheApplication(cause) + ". Do it\n"
                + " - in a bean of type TenantInitializer, where it puts the rows into each new tenant;\n"
                + " - in TenantRounds.forEachTenant(name, tenant -> ...), where it is for every tenant;\n"
                + " - in Tenancy.callAs(tenant, () -> ...), where it is for one.";
    }

    private static String firstOfTheApplication(Throwable cause) {
        for (StackTraceElement frame : cause.getStackTrace()) {
            String name = frame.getClassName();
            // Proxies that Spring made of the application's classes have two dollars in their names.
            if (!name.contains("$$") && NOT_OF_THE_APPLICATION.stream().noneMatch(name::startsWith)) {
                return " by " + name + "#" + frame.getMethodName()
                        + (frame.getLineNumber() > 0 ? ":" + frame.getLineNumber() : "");
            }
        }
        return "";
    }

    private static @Nullable String sqlState(Throwable failure) {
        return Stream.<Throwable>iterate(failure, step -> step != null, Throwable::getCause)
                .limit(50)
                .filter(SQLException.class::isInstance)
                .map(step -> ((SQLException) step).getSQLState())
                .filter(state -> state != null)
                .findFirst()
                .orElse(null);
    }
}
