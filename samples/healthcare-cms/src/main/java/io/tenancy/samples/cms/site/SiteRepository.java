package io.tenancy.samples.cms.site;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;

/** Where the clinic's own row is kept. */
public interface SiteRepository extends JpaRepository<Site, UUID> {

    /**
     * Finds the clinic.
     *
     * @return empty before the clinic was set up
     */
    @Query("select s from Site s")
    Optional<Site> findTheSite();

    /**
     * Finds the clinic and lets no other transaction do the same before this one has ended.
     *
     * @return empty before the clinic was set up
     */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select s from Site s")
    Optional<Site> lockTheSite();
}
