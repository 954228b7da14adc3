-- 社会保险参保率
-- Insured workers, of all workers, of the returns in the period.
SELECT unit, period, category,
       coalesce(SUM(insured) FILTER (workers IS NOT NULL), 0) AS numerator,
       coalesce(SUM(workers) FILTER (insured IS NOT NULL), 0) AS denominator,
       COUNT(*) FILTER (insured IS NULL OR workers IS NULL) AS undetermined, COUNT(*) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, insured, workers,
           UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM insurance
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
