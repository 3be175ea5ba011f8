package io.tenancy.benchmarks.load;

import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.PostgresIsolationProvider;
import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToLongFunction;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.cfg.Configuration;
import org.hibernate.context.spi.TenantSchemaMapper;

/** The sides in Hibernate. */
final class HibernateSides {

    private final Clinics clinics;

    HibernateSides(Clinics clinics) {
        this.clinics = clinics;
    }

    /** With the SDK: one session factory for all tenants. */
    Side sdk(IsolationLevel level, boolean schemaRole, int dedicated) {
        PostgresIsolationProvider isolation = clinics.isolation(schemaRole, dedicated);
        SessionFactory factory = factory(HibernateTenancy.settings(isolation), Article.class, Comment.class);
        List<Tenant> tenants = clinics.tenants(level);
        return new Of(factory::close, isolation::close) {
            @Override
            public long transact(int tenant, Draw draw) {
                return Tenancy.callAs(
                        tenants.get(tenant),
                        () -> inTransaction(
                                factory.openSession(),
                                session -> visit(session, clinics.ownerOf(level, tenant), draw)));
            }
        };
    }

    /** One ordinary session factory and plain pool per tenant's database. */
    Side databases(int count, int dedicated) {
        List<SessionFactory> factories = new ArrayList<>();
        List<Runnable> ends = new ArrayList<>();
        for (Tenant tenant :
                clinics.tenants(IsolationLevel.DATABASE).stream().limit(count).toList()) {
            HikariDataSource pool = clinics.plainPool(tenant, dedicated, false);
            SessionFactory factory =
                    factory(ordinary(pool, IsolationNames.DATABASE_SCHEMA), Article.class, Comment.class);
            factories.add(factory);
            ends.add(factory::close);
            ends.add(pool::close);
        }
        return new Of(ends.toArray(new Runnable[0])) {
            @Override
            public long transact(int tenant, Draw draw) {
                return inTransaction(factories.get(tenant).openSession(), session -> visit(session, 0, draw));
            }
        };
    }

    /** One ordinary session factory per tenant, with that tenant's schema hard-coded as its default, on one pool. */
    Side schemas(int count) {
        HikariDataSource pool = clinics.plainPool(false);
        List<SessionFactory> factories = clinics.tenants(IsolationLevel.SCHEMA).stream()
                .limit(count)
                .map(tenant -> factory(ordinary(pool, tenant.placement().schema()), Article.class, Comment.class))
                .toList();
        return new Of(() -> factories.forEach(SessionFactory::close), pool::close) {
            @Override
            public long transact(int tenant, Draw draw) {
                return inTransaction(factories.get(tenant).openSession(), session -> visit(session, tenant, draw));
            }
        };
    }

    /** One ordinary session factory of a login that no policy holds; the tenant is a condition in every query. */
    Side sharedTables() {
        HikariDataSource pool = clinics.plainPool(false);
        SessionFactory factory =
                factory(ordinary(pool, IsolationNames.SHARED_SCHEMA), OwnedArticle.class, OwnedComment.class);
        List<UUID> ids = clinics.tenants(IsolationLevel.SHARED).stream()
                .map(tenant -> tenant.id().value())
                .toList();
        return new Of(factory::close, pool::close) {
            @Override
            public long transact(int tenant, Draw draw) {
                return inTransaction(
                        factory.openSession(), session -> visitOwned(session, tenant, ids.get(tenant), draw));
            }
        };
    }

    /** The usual way: Hibernate sets the connection's schema when a session takes it and sets it back afterwards. */
    Side schemaMapper() {
        HikariDataSource pool = clinics.plainPool(false);
        Map<String, Object> settings = ordinary(pool, "");
        settings.put("hibernate.multi_tenant.schema_mapper", (TenantSchemaMapper<String>) identifier -> identifier);
        SessionFactory factory = factory(settings, Article.class, Comment.class);
        List<Object> schemas = clinics.tenants(IsolationLevel.SCHEMA).stream()
                .<Object>map(tenant -> tenant.placement().schema())
                .toList();
        return new Of(factory::close, pool::close) {
            @Override
            public long transact(int tenant, Draw draw) {
                Session session = factory.withOptions()
                        .tenantIdentifier(schemas.get(tenant))
                        .openSession();
                return inTransaction(session, open -> visit(open, tenant, draw));
            }
        };
    }

    private static Map<String, Object> ordinary(DataSource pool, String schema) {
        Map<String, Object> settings = new java.util.HashMap<>(Map.of(
                "hibernate.connection.datasource", pool,
                "hibernate.connection.provider_disables_autocommit", "true",
                "hibernate.boot.allow_jdbc_metadata_access", "false",
                "hibernate.dialect", "org.hibernate.dialect.PostgreSQLDialect",
                "jakarta.persistence.database-product-name", "PostgreSQL",
                "jakarta.persistence.database-major-version", "16",
                "hibernate.hbm2ddl.auto", "none"));
        if (!schema.isEmpty()) {
            settings.put("hibernate.default_schema", schema);
        }
        return settings;
    }

    private static SessionFactory factory(Map<String, Object> settings, Class<?>... entities) {
        Configuration configuration = new Configuration();
        settings.forEach((name, value) -> configuration.getProperties().put(name, value));
        for (Class<?> entity : entities) {
            configuration.addAnnotatedClass(entity);
        }
        return configuration.buildSessionFactory();
    }

    private static long inTransaction(Session opened, ToLongFunction<Session> work) {
        try (Session session = opened) {
            Transaction transaction = session.beginTransaction();
            long read = work.applyAsLong(session);
            transaction.commit();
            return read;
        }
    }

    private static long visit(Session session, int owner, Draw draw) {
        draw.next();
        UUID id = draw.articleId(owner);
        Article article = require(session.find(Article.class, id));
        Article same = session.createSelectionQuery("from Article where slug = :slug", Article.class)
                .setParameter("slug", draw.slug())
                .getSingleResult();
        List<Comment> comments = session.createSelectionQuery(
                        "from Comment where articleId = :article order by createdAt desc", Comment.class)
                .setParameter("article", id)
                .setMaxResults(10)
                .getResultList();
        long read = article.size() + same.size();
        for (Comment comment : comments) {
            read += comment.size();
        }
        Instant now = now();
        article.views++;
        article.updatedAt = now;
        session.persist(new Comment(draw.newId(), id, now));
        return read;
    }

    private static long visitOwned(Session session, int owner, UUID tenant, Draw draw) {
        draw.next();
        UUID id = draw.articleId(owner);
        OwnedArticle article = require(session.find(OwnedArticle.class, id));
        OwnedArticle same = session.createSelectionQuery(
                        "from OwnedArticle where slug = :slug and tenantId = :tenant", OwnedArticle.class)
                .setParameter("slug", draw.slug())
                .setParameter("tenant", tenant)
                .getSingleResult();
        List<OwnedComment> comments = session.createSelectionQuery(
                        "from OwnedComment where articleId = :article and tenantId = :tenant order by createdAt desc",
                        OwnedComment.class)
                .setParameter("article", id)
                .setParameter("tenant", tenant)
                .setMaxResults(10)
                .getResultList();
        long read = article.size() + same.size();
        for (OwnedComment comment : comments) {
            read += comment.size();
        }
        Instant now = now();
        article.views++;
        article.updatedAt = now;
        session.persist(new OwnedComment(draw.newId(), tenant, id, now));
        return read;
    }

    private static <T> T require(@org.jspecify.annotations.Nullable T found) {
        if (found == null) {
            throw new IllegalStateException("A row that every tenant has was not found");
        }
        return found;
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    /** A side that knows how to end. */
    private abstract static class Of implements Side {
        private final Runnable[] ends;

        Of(Runnable... ends) {
            this.ends = ends;
        }

        @Override
        public void close() {
            for (Runnable end : ends) {
                end.run();
            }
        }
    }
}
