-- 近四个季度职代会一线职工代表占比
-- Delegates from the shop floor, of all delegates, of the congresses in the four quarters that end with the period.
SELECT unit, period, category,
       coalesce(SUM(worker_delegates) FILTER (delegates IS NOT NULL), 0) AS numerator,
       coalesce(SUM(delegates) FILTER (worker_delegates IS NOT NULL), 0) AS denominator,
       COUNT(*) FILTER (worker_delegates IS NULL OR delegates IS NULL) AS undetermined, COUNT(*) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, worker_delegates, delegates,
           UNNEST(['all', told('industry', industry), told('ownership', ownership)]) AS category
    FROM congresses
    JOIN periods ON day BETWEEN year_begins AND last_day
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
