-- 大专及以上学历职工占比
-- People with junior college or above, of those at work on the last day whose schooling is known. Whose is not: in
-- neither part.
SELECT unit, period, category,
       COUNT(DISTINCT worker) FILTER (one AND other IS NOT NULL) AS numerator,
       COUNT(DISTINCT worker) FILTER (other AND one IS NOT NULL) AS denominator,
       COUNT(DISTINCT worker) FILTER (one IS NULL OR other IS NULL OR one) - numerator AS undetermined,
       COUNT(DISTINCT worker) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, worker, education IN ('junior_college', 'bachelor', 'master', 'doctorate') AS one,
           education IS NOT NULL AS other,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
