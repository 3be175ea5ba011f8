package io.tenancy.spring.internal;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.metamodel.EntityType;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Asks each tenant's schema for no rows of every entity, so that a table or column that the migrations do not have is
 * found at start. Tenants on shared tables have one schema, so one of them is asked for all.
 */
public final class MappedEntitiesCheck implements SmartInitializingSingleton {

    private final TenancyInstallation installation;
    private final ObjectProvider<EntityManagerFactory> entities;

    /**
     * Creates the check.
     *
     * @param installation knows the tenants
     * @param entities the session factory, if there is one
     */
    public MappedEntitiesCheck(TenancyInstallation installation, ObjectProvider<EntityManagerFactory> entities) {
        this.installation = installation;
        this.entities = entities;
    }

    @Override
    public void afterSingletonsInstantiated() {
        EntityManagerFactory factory = entities.getIfUnique();
        if (factory == null) {
            return;
        }
        List<String> faults = new ArrayList<>();
        boolean sharedDone = false;
        for (Tenant tenant : installation.catalog().all()) {
            boolean shared = tenant.placement().isolation() == IsolationLevel.SHARED;
            if (shared && sharedDone) {
                continue;
            }
            sharedDone |= shared;
            Tenancy.runAs(tenant, () -> check(tenant, factory, faults));
        }
        if (!faults.isEmpty()) {
            throw new TenancyException("The entities do not fit the migrated schemas:\n - "
                    + String.join("\n - ", faults)
                    + "\nWrite a migration that adds what is missing, or correct the mapping"
                    + " (spring.jpa.hibernate.ddl-auto=validate asked for this check).");
        }
    }

    private static void check(Tenant tenant, EntityManagerFactory factory, List<String> faults) {
        for (EntityType<?> entity : factory.getMetamodel().getEntities()) {
            try (EntityManager session = factory.createEntityManager()) {
                session.createQuery("select e from " + entity.getName() + " e where 1 = 0", entity.getJavaType())
                        .getResultList();
            } catch (PersistenceException failure) {
                faults.add("tenant " + tenant + ", entity " + entity.getName() + ": " + rootMessage(failure));
            }
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }
}
