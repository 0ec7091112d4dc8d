# The queue between AFT's customizations and the workers, what the state machine of this repository may do with it, and the role that
# the workers take in this account: AWS has the token of a task answered from within its own account only.
locals {
  # The identity of the workers, wherever they run.
  identity_center_worker_arn = "arn:aws:iam::222222222222:role/identity-center-worker"
}

resource "aws_sqs_queue" "identity_center" {
  name                       = "identity-center"
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 360
  receive_wait_time_seconds  = 20
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.identity_center_dead_letters.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "identity_center_dead_letters" {
  name                      = "identity-center-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "identity_center_state_machine" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.identity_center.arn]
  }
  # Where AFT encrypts its topics with a key of its own (sns_topic_enable_cmk_encryption), it takes kms:GenerateDataKey and kms:Decrypt
  # on that key (alias/aft) as well.
  statement {
    actions   = ["sns:Publish"]
    resources = [data.aws_ssm_parameter.aft_failure_topic.insecure_value]
  }
}

resource "aws_iam_role_policy" "identity_center_state_machine" {
  name   = "identity-center"
  role   = aws_iam_role.aft_states.id
  policy = data.aws_iam_policy_document.identity_center_state_machine.json
}

data "aws_iam_policy_document" "identity_center_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [local.identity_center_worker_arn]
    }
  }
}

data "aws_iam_policy_document" "identity_center_queue" {
  #checkov:skip=CKV_AWS_356:AWS knows no resource for SendTask and the token names the task
  #checkov:skip=CKV_AWS_111:AWS knows no resource for SendTask and the token names the task
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.identity_center.arn]
  }
  statement {
    actions   = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "identity_center_queue" {
  name               = "identity-center-queue"
  assume_role_policy = data.aws_iam_policy_document.identity_center_trust.json
}

resource "aws_iam_role_policy" "identity_center_queue" {
  name   = "queue"
  role   = aws_iam_role.identity_center_queue.id
  policy = data.aws_iam_policy_document.identity_center_queue.json
}
