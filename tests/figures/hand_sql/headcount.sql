-- 产业工人总量
-- People with an employment on the last day of the period; whoever has two counts once.
SELECT unit, period, category, COUNT(DISTINCT worker) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT worker) AS population, numerator AS value
FROM (
    SELECT unit, period, worker,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('education', education),
               told('grade', grade), told('industry', industry), told('ownership', ownership),
               told('size', size),
               told('sex,age_band', coalesce(sex, 'unknown') || ',' || coalesce(age_band, 'unknown'))]) AS category
    FROM at_work
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
