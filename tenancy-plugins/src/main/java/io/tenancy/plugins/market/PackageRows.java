package io.tenancy.plugins.market;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.plugins.market.StoredPackage.Status;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** Packages as rows. */
final class PackageRows {

    static final String COLUMNS = "select digest, plugin, version, publisher, title, description, specialty, regions,"
            + " capabilities, owner, status, report, published_at from plugin_package ";

    private static final JsonMapper MAPPER = new JsonMapper();

    private PackageRows() {}

    static StoredPackage read(ResultSet row) throws SQLException {
        UUID owner = row.getObject("owner", UUID.class);
        return new StoredPackage(
                row.getString("digest"),
                row.getString("plugin"),
                row.getString("version"),
                row.getString("publisher"),
                row.getString("title"),
                row.getString("description"),
                Optional.ofNullable(row.getString("specialty")),
                texts(row.getArray("regions")),
                texts(row.getArray("capabilities")),
                Optional.ofNullable(owner).map(TenantId::new),
                Status.valueOf(row.getString("status")),
                Optional.ofNullable(row.getString("report")).map(PackageRows::report),
                Sql.instant(row, "published_at"));
    }

    private static List<String> texts(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    static String written(ReviewReport report) {
        return MAPPER.writeValueAsString(report);
    }

    private static ReviewReport report(String json) {
        return MAPPER.readValue(json, ReviewReport.class);
    }
}
