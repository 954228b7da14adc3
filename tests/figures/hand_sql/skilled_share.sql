-- 高技能人才占技能人才比重
-- People of grade senior (4) or above, of those of grade junior (2) or above, at work on the last day. The definition
-- holds from 2024-01-01.
SELECT unit, period, category,
       COUNT(DISTINCT worker) FILTER (one) AS numerator, COUNT(DISTINCT worker) FILTER (other) AS denominator,
       0 AS undetermined, COUNT(DISTINCT worker) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, worker, rank >= 4 AS one, rank >= 2 AS other,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('industry', industry),
               told('ownership', ownership)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE last_day >= DATE '2024-01-01'
)
GROUP BY unit, period, category;
