-- 技师及以上人数
-- People at work on the last day with grade technician (5) or above.
SELECT unit, period, category, COUNT(DISTINCT worker) FILTER (counts) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT worker) AS population, numerator AS value
FROM (
    SELECT unit, period, worker, rank >= 5 AS counts,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
